"""Pack trained weights into a bundle: half-precision safetensors, weightless graphs, manifest (design section 7)."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors.torch import save_file
from torch import Tensor

from lamp.bundle import BUNDLES, MANIFEST, SCHEMA
from lamp.engines.objective import PriorNetworks
from lamp.errors import InputError
from lamp.models.config import to_dict
from lamp.models.text import load_text_encoder
from lamp.networks import empty_networks
from lamp.skeleton import SKELETON_HASH
from training import checkpoint, model_card, stages
from training.autoencoder import load_trained
from training.config import AutoencoderStage, TrainingConfig, load_config
from training.dataset import PreparedSet
from training.graphs import graph_entries, write_graphs

_MAX_FILE = 15 * 2**20
GUIDANCE = (
    1.5  # of plain generation: prompts are met half as often again as with none, for a little more jitter
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``bundle``."""
    parser = subparsers.add_parser("bundle", help="pack trained weights into a bundle the server loads")
    parser.add_argument("name", help="name of the bundle, e.g. research")
    stages.add_config_arguments(parser)
    parser.add_argument(
        "--run", required=True, type=Path, help="folder given to the training commands as --out"
    )
    parser.add_argument(
        "--data", required=True, type=Path, help="the prepared set it was trained on (for its licences)"
    )
    parser.add_argument("--out", type=Path, help="folder to write (default: the installed bundles)")
    parser.add_argument(
        "--guidance",
        type=float,
        default=GUIDANCE,
        help=f"default classifier-free guidance of generation ({GUIDANCE})",
    )
    parser.add_argument(
        "--metrics", type=Path, help="JSON of `training evaluate`, for the manifest and the model card"
    )
    parser.add_argument(
        "--no-graphs",
        action="store_true",
        help="for the torch engine only: no ONNX graphs, which take minutes to make",
    )
    parser.add_argument("--make-default", action="store_true", help="load this bundle when none is named")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Write the bundle; step graphs are exported again only when the architecture or the code they trace changed."""
    config, prepared = load_config(args.config, args.changes), PreparedSet.load(args.data)
    networks, state = load_networks(config, args.run)
    folder = (args.out or BUNDLES) / args.name
    folder.mkdir(parents=True, exist_ok=True)
    files = write_weights(networks, folder)
    steps = [without_file(e) for e in graph_entries()] if args.no_graphs else write_graphs(networks, folder)
    manifest = {
        "schema": SCHEMA, "name": args.name, "licence": licence(prepared), "skeleton_hash": SKELETON_HASH,
        "autoencoder": to_dict(config.autoencoder.model), "denoiser": to_dict(config.diffusion.model),
        "ablation": ablation(config.autoencoder),
        "text_encoder": load_text_encoder().id, "guidance": args.guidance, "weights": files, "steps": steps,
        "data": {k: {n: v.get(n) for n in ("licence", "clips", "minutes", "commercial")}
                 for k, v in prepared.manifest["sources"].items()},
        "training": {
            "config": " ".join([Path(args.config).name, *args.changes]), "revision": revision(), "hardware": hardware(),
            "torch": str(torch.__version__),
            **{f"{stage}_{key}": value for stage, entry in state.items() for key, value in entry.items()},
        },
    }  # fmt: skip
    metrics = json.loads(args.metrics.read_text(encoding="utf8")) if args.metrics else {}
    manifest["metrics"] = {
        name: metrics[name] for name in ("reconstruction", "generation") if name in metrics
    }
    (folder / "MODEL_CARD.md").write_text(model_card.write(manifest, metrics), encoding="utf8")
    (folder / MANIFEST).write_text(yaml.safe_dump(manifest, sort_keys=False, width=100), encoding="utf8")
    if args.make_default:
        (folder.parent / "default.yaml").write_text(f"default: {args.name}\n", encoding="utf8")
    stages.log.info("bundle %s written", args.name)
    return 0


def load_networks(
    config: TrainingConfig, run_folder: Path
) -> tuple[PriorNetworks, dict[str, dict[str, Any]]]:
    """Averaged weights of both stages, and how long each was trained."""
    cpu = torch.device("cpu")
    encoder = load_trained(run_folder / "autoencoder", config.autoencoder.model, cpu)
    tensors, diffusion_state = checkpoint.load(run_folder / "diffusion" / "checkpoint", cpu)
    _, autoencoder_state = checkpoint.load(run_folder / "autoencoder" / "checkpoint", cpu)
    statistics: dict[str, Tensor] = {
        "feature_mean": encoder.get_buffer("feature_mean"), "feature_std": encoder.get_buffer("feature_std"),
        "latent_mean": tensors["model.latent_mean"], "latent_std": tensors["model.latent_std"],
    }  # fmt: skip
    networks = empty_networks(config.autoencoder.model, config.diffusion.model, statistics)
    networks.autoencoder.load_state_dict(encoder.state_dict(), strict=False)
    networks.denoiser.load_state_dict(checkpoint.averaged(tensors))
    state = {
        name: checkpoint.effort(s)
        for name, s in (("autoencoder", autoencoder_state), ("diffusion", diffusion_state))
    }
    return networks.eval().requires_grad_(False), state


def write_weights(networks: PriorNetworks, folder: Path) -> list[str]:
    """Half-precision safetensors in files of at most 15 MiB; returns their names."""
    for old in folder.glob("weights-*.safetensors"):
        old.unlink()
    parts: list[dict[str, Tensor]] = [{}]
    size = 0
    for name, value in networks.state_dict().items():
        half = value.half().contiguous()
        if not torch.isfinite(half).all():
            raise InputError(name, "does not fit half precision; the training has diverged")
        if size + half.numel() * 2 > _MAX_FILE:
            parts.append({})
            size = 0
        parts[-1][name] = half
        size += half.numel() * 2
    files = [f"weights-{i:02d}.safetensors" for i in range(len(parts))]
    for file, part in zip(files, parts, strict=True):
        save_file(part, folder / file)
    return files


def without_file(entry: dict[str, Any]) -> dict[str, Any]:
    """A step graph's window, batch and chain, where no graph was written."""
    return {key: value for key, value in entry.items() if key != "file"}


def ablation(stage: AutoencoderStage) -> dict[str, bool]:
    """What Table 7 asks of a bundle: whether it was trained with body parts, and with masking."""
    return {"parts": stage.model.parts > 1, "masking": stage.loss.mask_ratio[1] > 0}


def licence(prepared: PreparedSet) -> str:
    """One line on what the weights may be used for, from the sources' licences."""
    sources = prepared.manifest["sources"]
    keys = sorted({str(v["licence"]) for v in sources.values()})
    use = (
        "commercial use allowed"
        if all(v.get("commercial") for v in sources.values())
        else "non-commercial use only"
    )
    return f"{use}; trained on data under {', '.join(keys)} (see NOTICE and the model card)"


def revision() -> str:
    """Git revision of the code, "unknown" outside a checkout."""
    try:
        done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True,
                              cwd=Path(__file__).parent)  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def hardware() -> str:
    """What trained it, as far as this machine knows."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    import os

    return f"{os.cpu_count()} CPU cores ({platform.machine()})"
