"""Where the validator of Khronos is, and how it is run."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

# Kept with the user's caches: it is fetched once.
_VERSION = "2.0.0-dev.3.10"
_SCRIPT = """
const { validateBytes } = require("gltf-validator");
const bytes = new Uint8Array(require("fs").readFileSync(process.argv[1]));
// one armature above skeleton and body is deliberate
const options = { ignoredIssues: ["NODE_SKINNED_MESH_NON_ROOT"] };
validateBytes(bytes, options).then(report => {
  const found = report.issues;
  console.log(JSON.stringify(found, null, 1));
  process.exitCode = found.numErrors + found.numWarnings > 0 ? 1 : 0;
}, error => { console.log(String(error)); process.exitCode = 1; });
"""


@pytest.fixture(scope="session")
def gltf_validator(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A command that takes a file and fails when there is an error or a warning in it. Skips without node or npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("needs node and npm, for the glTF validator")
    folder = Path(os.environ.get("LAMP_NPM") or tmp_path_factory.mktemp("npm"))
    if not (folder / "node_modules" / "gltf-validator").is_dir():
        done = subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"gltf-validator@{_VERSION}"],
            check=False, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        if done.returncode != 0:
            pytest.skip(f"npm could not fetch gltf-validator: {done.stderr.strip()[-200:]}")
    return [
        node,
        "--eval",
        _SCRIPT.replace('"gltf-validator"', repr(str(folder / "node_modules/gltf-validator"))),
    ]
