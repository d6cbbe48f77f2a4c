"""The model card of a bundle: what it is, what it was trained on, how good it is, what it must not be used for."""

from __future__ import annotations

from typing import Any

_LABELS = {
    "mpjpe_world_m": "reconstruction MPJPE, world (m)",
    "mpjpe_root_m": "reconstruction MPJPE, root-relative (m)",
    "mpjpe_world_median_m": "reconstruction MPJPE, world, median clip (m)",
    "jitter_ratio": "reconstruction jitter / real jitter",
    "clips": "test clips",
    "skate": "generated: foot skate ratio",
    "skate_real": "real test clips: foot skate ratio",
    "jitter_mps3": "generated: jitter (m/s^3)",
    "jitter_real_mps3": "real test clips: jitter (m/s^3)",
    "samples": "generated motions (8 prompts x 16 samples, 6 s)",
}


def write(manifest: dict[str, Any], metrics: dict[str, Any]) -> str:
    """Markdown of the card. ``metrics`` holds the tables of ``python -m training evaluate``; empty if not measured."""
    training = manifest["training"]
    lines = [
        f"# Model card: `{manifest['name']}`", "",
        "A prior of human motion: a masked part-based autoencoder and a text-conditioned latent diffusion model on the "
        "22-joint skeleton at 20 frames per second, made to be optimised in its noise (LaMP).", "",
        f"**Licence.** {manifest['licence']}.", "",
        "## Training", "",
        f"- config `{training['config']}`, code revision `{training['revision']}`, {training['hardware']}, "
        f"torch {training['torch']}",
        f"- autoencoder: {training['autoencoder_steps']} steps in {training['autoencoder_minutes']} min; "
        f"denoiser: {training['diffusion_steps']} steps in {training['diffusion_minutes']} min",
        "- retrain: `python -m training prepare SOURCE prepared/NAME`, `python -m training all --config ... "
        "--data prepared/NAME --out runs/NAME`, then `python -m training bundle NAME --config ... --run runs/NAME "
        "--data prepared/NAME`",
        "", "## Data", "", "| source | licence | clips | minutes |", "|---|---|---|---|",
        *[f"| {n} | {v['licence']} | {v['clips']} | {v['minutes']} |" for n, v in sorted(manifest["data"].items())],
        "", "Attribution statements of the sources are in `NOTICE`.", "", "## Measured", "",
        *(_table(metrics) or ["Not measured yet."]),
        "", "## Limits", "",
        "- Trained on a few hours of motion: mostly locomotion and gestures. Sitting, lying, acrobatics and dance are "
        "few; prompts outside what the captions say are answered with something near.",
        "- One body: adult proportions, no fingers, no face. Flat floor at y = 0.",
        "- It plans motion that looks human; it is no safety system and no model of human behaviour.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _table(metrics: dict[str, Any]) -> list[str]:
    rows = []
    for table in ("reconstruction", "generation"):
        for key, value in metrics.get(table, {}).items():
            shown = f"{value:.4g}" if isinstance(value, float) else str(value)
            rows.append(f"| {_LABELS.get(key, key)} | {shown} |")
    if not rows:
        return []
    how = f"`{metrics.get('command', '')}`, {metrics.get('date', '')}, split {metrics.get('split', '')}"
    return ["| measure | value |", "|---|---|", *rows, "", how]
