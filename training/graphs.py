"""The ONNX graphs of a bundle: the optimisation step in its shapes, and the plain passes of the networks."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

import lamp
from lamp import bundle as bundles
from lamp.chain import time_grid
from lamp.engines.objective import PriorNetworks
from lamp.problem import Shape
from training import stages

LIVE_FRAMES, LONG_FRAMES = 80, 196
LIVE_STEPS, LONG_STEPS = 3, 5  # of the DDIM chain
# (frames, batch, DDIM steps, geometry)
STEP_GRAPHS = (
    (LIVE_FRAMES, 1, LIVE_STEPS, False), (LIVE_FRAMES, 4, LIVE_STEPS, False), (LONG_FRAMES, 1, LONG_STEPS, False),
    (LIVE_FRAMES, 1, LIVE_STEPS, True), (LIVE_FRAMES, 4, LIVE_STEPS, True), (LONG_FRAMES, 1, LONG_STEPS, True),
)  # fmt: skip


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``graphs``."""
    parser = subparsers.add_parser(
        "graphs", help="export the graphs of a bundle again, after the code they trace has changed"
    )
    parser.add_argument("bundles", nargs="*", help="names or folders (default: every installed bundle)")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Export what is out of date and rewrite the list of graphs in each manifest."""
    from lamp.networks import build_networks

    names = args.bundles or sorted(p.parent.name for p in bundles.BUNDLES.glob(f"*/{bundles.MANIFEST}"))
    for name in names:
        bundle = bundles.load(name)
        steps = write_graphs(build_networks(bundle), bundle.folder)
        manifest = bundle.folder / bundles.MANIFEST
        text = yaml.safe_dump(bundle.info | {"steps": steps}, sort_keys=False, width=100)
        manifest.write_text(text, encoding="utf8")
        stages.log.info("graphs of bundle %s are up to date", bundle.name)
    return 0


def write_graphs(networks: PriorNetworks, folder: Path) -> list[dict[str, Any]]:
    """Step and network graphs; kept when their key (architecture and traced code) is unchanged."""
    from lamp.formats.onnx_graph import export_forward, export_step, write_graph

    key = graph_key(networks)
    stamp = folder / "graphs.json"
    entries = graph_entries()
    if _key_of(stamp) == key and all((folder / str(e["file"])).exists() for e in entries):
        return entries
    twin = next(
        (s.parent for s in folder.parent.glob("*/graphs.json") if s != stamp and _key_of(s) == key), None
    )
    if twin is not None:
        for file in twin.glob("*.onnx.gz"):
            shutil.copy(file, folder / file.name)
    else:
        for name, graph in export_forward(networks).items():
            write_graph(folder / f"{name}.onnx.gz", graph)
        base = Shape(LIVE_FRAMES, networks.latent_mean.shape[0], networks.denoiser.config.text_width)
        for entry in entries:
            stages.log.info("exporting %s", entry["file"])
            shape = replace(base, frames=entry["frames"], geometry=entry["geometry"])
            write_graph(
                folder / str(entry["file"]), export_step(networks, shape, entry["batch"], entry["grid"])
            )
    stamp.write_text(json.dumps({"key": key}), encoding="utf8")
    return entries


def graph_entries() -> list[dict[str, Any]]:
    """What a manifest says of the step graphs: file, window, batch and chain of each."""
    return [_entry(*graph) for graph in STEP_GRAPHS]


def _entry(frames: int, batch: int, steps: int, geometry: bool) -> dict[str, Any]:
    file = f"step_f{frames}_b{batch}{'_geometry' if geometry else ''}.onnx.gz"
    return {"file": file, "frames": frames, "batch": batch, "geometry": geometry, "grid": time_grid(steps)}


def _key_of(stamp: Path) -> str | None:
    return json.loads(stamp.read_text(encoding="utf8")).get("key") if stamp.exists() else None


def graph_key(networks: PriorNetworks) -> str:
    """Hash of the architecture and of the source files that the graphs are traced from."""
    digest = hashlib.sha256()
    digest.update(repr((networks.autoencoder.config, networks.denoiser.config, STEP_GRAPHS)).encode())
    root = Path(str(lamp.__file__)).parent
    networks_used = ["layers", "autoencoder", "denoiser", "representation"]
    if networks.autoencoder.config.variant == "resnet":
        networks_used.append("autoencoder_resnet")
    if networks.autoencoder.config.variant == "whole":
        networks_used.append("autoencoder_whole")
    traced = [
        "body.py", "features.py", "skeleton.py", "problem.py", "chain.py", "scene/distance.py", "engines/objective.py",
        "engines/likeness.py", "engines/step.py", "formats/onnx_graph.py",
        *(f"models/{name}.py" for name in networks_used),
    ]  # fmt: skip
    for name in traced:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()[:32]
