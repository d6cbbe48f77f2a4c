"""Write the ``.meta`` files of the Unity package. ``--check`` only names what is missing, wrong or left over.

Unity identifies assets by the GUID in the ``.meta`` beside them. Here it follows from the path, so that it is the same
on every machine and stays when a file changes; a renamed file is a new asset.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "unity_client"
# "~" and "." hide a folder from Unity: nothing in there is an asset of the package
_HIDDEN = (".", "~")

_FOLDER = """fileFormatVersion: 2
guid: {guid}
folderAsset: yes
DefaultImporter:
  externalObjects: {{}}
  userData:
  assetBundleName:
  assetBundleVariant:
"""
_SCRIPT = """fileFormatVersion: 2
guid: {guid}
MonoImporter:
  externalObjects: {{}}
  serializedVersion: 2
  defaultReferences: []
  executionOrder: 0
  icon: {{instanceID: 0}}
  userData:
  assetBundleName:
  assetBundleVariant:
"""
_OTHER = """fileFormatVersion: 2
guid: {guid}
{importer}:
  externalObjects: {{}}
  userData:
  assetBundleName:
  assetBundleVariant:
"""
_IMPORTERS = {
    ".asmdef": "AssemblyDefinitionImporter",
    ".json": "TextScriptImporter",
    ".md": "TextScriptImporter",
    ".png": "DefaultImporter",
    ".unity": "DefaultImporter",
    ".xml": "TextScriptImporter",
}


def main(argv: list[str] | None = None) -> int:
    """Write the files, or with ``--check`` name those that differ (exit status 1)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail when something is out of date"
    )
    options = parser.parse_args(argv)
    wanted = metas(PACKAGE)
    stale = differences(wanted, PACKAGE)
    if options.check:
        for name in stale:
            print(
                f"out of date: unity_client/{name} (python scripts/unity_meta.py mends it)", file=sys.stderr
            )
        return 1 if stale else 0
    for name in stale:
        (PACKAGE / name).unlink(missing_ok=True)
    for name, content in wanted.items():
        (PACKAGE / name).write_text(content, encoding="utf8", newline="\n")
    print(f"{len(wanted)} .meta files, {len(stale)} of them changed")
    return 0


def metas(package: Path) -> dict[str, str]:
    """Path of every ``.meta`` file below ``package`` to its content, for all files and folders Unity sees, and for the
    scripts and scenes of samples, which refer to each other."""
    wanted = {}
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package)
        hidden = any(part.startswith(_HIDDEN[0]) or part.endswith(_HIDDEN[1]) for part in name.parts)
        sample = len(name.parts) > 1 and name.parts[0] == "Samples~"
        if path.suffix != ".meta" and (sample or not hidden):
            wanted[f"{name.as_posix()}.meta"] = meta(name.as_posix(), folder=path.is_dir())
    return wanted


def guid(name: str) -> str:
    """32 hexadecimal digits from a path below the package."""
    return hashlib.md5(f"org.lamp.motion/{name}".encode(), usedforsecurity=False).hexdigest()


def meta(name: str, *, folder: bool) -> str:
    """Content of the ``.meta`` file of one file or folder."""
    suffix = Path(name).suffix
    if folder:
        return _FOLDER.format(guid=guid(name))
    if suffix == ".cs":
        return _SCRIPT.format(guid=guid(name))
    if Path(name).name == "package.json":
        return _OTHER.format(guid=guid(name), importer="PackageManifestImporter")
    return _OTHER.format(guid=guid(name), importer=_IMPORTERS.get(suffix, "DefaultImporter"))


def differences(wanted: dict[str, str], package: Path) -> list[str]:
    """Files that are missing, differ, or belong to nothing."""
    there = {path.relative_to(package).as_posix() for path in package.rglob("*.meta")}
    changed = {
        name for name in wanted.keys() & there if (package / name).read_text(encoding="utf8") != wanted[name]
    }
    return sorted(changed | (wanted.keys() ^ there))


if __name__ == "__main__":
    sys.exit(main())
