"""Writes a bundle for engines: one folder per precision, the sentence encoder, its tokenizer, and a manifest."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import onnx

from lamp.bundle import Bundle
from lamp.errors import BundleError, InputError
from lamp.models.text import DEFAULT_FOLDER, DEFAULT_TEXT_ENCODER, TextBundle
from lamp.portable import source
from lamp.portable.basic_ops import to_basic
from lamp.portable.check import Verdict, check, for_targets
from lamp.portable.fold import fold
from lamp.portable.manifest import bundle_entry, describe, step_entry
from lamp.portable.precision import PRECISIONS, convert
from lamp.problem import Shape

MANIFEST, REPORT = "manifest.json", "check.json"
TEXT_TOKENS = 32  # of the sentence encoder at a fixed length; longer prompts are cut there
TEXT_PRECISION = "int8-weights"  # how the sentence encoder is stored
LEAST_FRAMES = 8


@dataclass(frozen=True)
class Request:
    """What to export. ``length``: frames of the passes, and the least window of the step; None: any length."""

    targets: tuple[str, ...] = ("unity", "unreal")
    precisions: tuple[str, ...] = ("fp16",)
    length: int | None = None
    geometry: bool = False  # steps for scenes with grids and uneven ground as well

    def __post_init__(self) -> None:
        for name in self.precisions:
            if name not in PRECISIONS:
                raise InputError("precision", f"{name!r} is unknown; use {', '.join(PRECISIONS)}")
        if not self.precisions:
            raise InputError("precision", f"is empty; give one of {', '.join(PRECISIONS)}")
        for_targets(list(self.targets))

    def tokens(self, bundle: Bundle) -> int | None:
        """Tokens of the passes; ``InputError`` for a length that the bundle cannot hold."""
        if self.length is None:
            return None
        tau = bundle.autoencoder.patch_frames
        most = min(bundle.autoencoder.max_tokens, bundle.denoiser.max_tokens) * tau
        if not LEAST_FRAMES <= self.length <= most or self.length % tau:
            raise InputError(
                "length",
                f"{self.length} frames; give a multiple of {tau} from {LEAST_FRAMES} to {most}, or `dynamic`",
            )
        return self.length // tau


@dataclass(frozen=True)
class Portable:
    """One graph in single precision at opset 15."""

    part: str  # of ``source.PARTS``
    stem: str  # file name without ending
    model: onnx.ModelProto
    step: dict[str, Any] | None = None  # for a step: how to fill it


def portable_step(bundle: Bundle, key: tuple[int, int, bool]) -> Portable:
    """The optimisation step ``(frames, batch, geometry)``."""
    frames, batch, geometry = key
    shape: Shape = replace(bundle.base_shape, frames=frames, geometry=geometry)
    stem = f"step_f{frames}" + (f"_b{batch}" if batch > 1 else "") + ("_geometry" if geometry else "")
    model = to_basic(fold(source.step_model(bundle, key)))
    return Portable("step", stem, model, step_entry(shape, bundle.grids[frames]))


def portable_pass(bundle: Bundle, name: str, tokens: int | None) -> Portable:
    """``encoder``, ``denoiser`` or ``decoder``."""
    return Portable(name, name, to_basic(fold(source.pass_model(bundle, name, tokens))))


def portable_text(tokens: int | None) -> tuple[Portable, TextBundle]:
    """The sentence encoder that the bundles share."""
    text = TextBundle.load(DEFAULT_FOLDER)
    return Portable("text", "text", to_basic(fold(source.text_model(text, tokens)))), text


def export(
    bundle: Bundle, out: Path, request: Request, on_file: Callable[[str, int], None] | None = None
) -> dict[str, Any]:
    """Write everything under ``out`` and return the manifest; nothing there changes when something fails.

    ``on_file(name, bytes)`` hears of every file. ``InputError``: a request that the bundle cannot meet.
    ``BundleError``: a damaged bundle, or a text encoder other than the shipped one, whose weights may not travel.
    """
    if out.exists() and not out.is_dir():
        raise InputError("out", f"{out} is a file; give a folder")
    if bundle.info["text_encoder"] != DEFAULT_TEXT_ENCODER:
        raise BundleError(
            f"bundle {bundle.name} was trained with the text encoder {bundle.info['text_encoder']!r}, which is not "
            f"shipped; export a bundle that uses {DEFAULT_TEXT_ENCODER!r}"
        )
    tokens = request.tokens(bundle)
    steps = _steps(bundle, request)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".lamp-export-") as work:
        folder = Path(work)
        writer = _Writer(folder, request, on_file)
        for name in source.PASSES:
            writer.add(portable_pass(bundle, name, tokens))
        for key in steps:
            writer.add(portable_step(bundle, key))
        text_part, text = portable_text(None if tokens is None else TEXT_TOKENS)
        writer.add_once(text_part, TEXT_PRECISION)
        manifest = bundle_entry(bundle) | {"text": _text_entry(text, tokens), "files": writer.entries}
        _write_json(folder / MANIFEST, manifest)
        _write_json(folder / REPORT, writer.report())
        (folder / "tokenizer.json").write_bytes(text.read(text.tokenizer))
        _copy_licences(bundle, text, folder)
        _move(folder, out)
    return manifest


class _Writer:
    """Writes graphs in the wanted precisions, and keeps their entries and verdicts."""

    def __init__(self, folder: Path, request: Request, on_file: Callable[[str, int], None] | None) -> None:
        self.folder, self.request, self.on_file = folder, request, on_file
        self.tables = for_targets(list(request.targets))
        self.entries: list[dict[str, Any]] = []
        self.verdicts: list[tuple[str, Verdict]] = []

    def add(self, portable: Portable) -> None:
        for precision in self.request.precisions:
            self._write(
                portable, convert(portable.model, precision), precision, f"{precision}/{portable.stem}.onnx"
            )

    def add_once(self, portable: Portable, precision: str) -> None:
        self._write(portable, portable.model, precision, f"{portable.stem}.onnx")

    def report(self) -> dict[str, Any]:
        tables = [
            {"name": t.name, "engine": t.engine, "source": t.source, "opset": list(t.opset)}
            for t in self.tables
        ]
        return {
            "tables": tables,
            "files": [{"file": file} | verdict.as_dict() for file, verdict in self.verdicts],
        }

    def _write(self, portable: Portable, model: onnx.ModelProto, precision: str, file: str) -> None:
        content = model.SerializeToString()
        path = self.folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        entry = describe(model, content, file, portable.part, precision)
        self.entries.append(entry if portable.step is None else entry | {"step": portable.step})
        self.verdicts += [(file, verdict) for verdict in check(model, self.tables)]
        if self.on_file is not None:
            self.on_file(file, len(content))


def _steps(bundle: Bundle, request: Request) -> list[tuple[int, int, bool]]:
    """Keys of the steps for one character: every window, or the one that holds the wanted length."""
    kinds = (False, True) if request.geometry else (False,)
    if request.length is not None:
        return [source.step_key(bundle, request.length, geometry) for geometry in kinds]
    found = sorted(key for key in bundle.graphs if key[1] == 1 and key[2] in kinds)
    if not found:
        raise BundleError(
            f"bundle {bundle.name} has no step graph for one character; run `python -m training graphs`"
        )
    return found


def _text_entry(text: TextBundle, tokens: int | None) -> dict[str, Any]:
    return {
        "id": text.id, "width": text.width, "tokenizer": "tokenizer.json", "lower_case": True,
        "max_tokens": text.max_tokens if tokens is None else TEXT_TOKENS,
        "output": "unit length; the mean over tokens is in the graph",
    }  # fmt: skip


def _copy_licences(bundle: Bundle, text: TextBundle, folder: Path) -> None:
    for path, name in (
        (bundle.folder / "MODEL_CARD.md", "MODEL_CARD.md"),
        (text.folder / "LICENSE", "text-LICENSE"),
        (text.folder / "NOTICE", "text-NOTICE"),
    ):
        if path.exists():
            shutil.copyfile(path, folder / name)


def _move(folder: Path, out: Path) -> None:
    """Put finished files in place, each in one rename."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        target = out / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf8")
