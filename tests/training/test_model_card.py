"""The model card says where a bundle comes from and how good it is, and never invents a figure."""

from __future__ import annotations

from training import model_card

MANIFEST = {
    "name": "tiny", "licence": "commercial use allowed; trained on data under mit",
    "data": {"walks": {"licence": "mit", "clips": 3, "minutes": 0.5, "commercial": True}},
    "training": {"config": "cpu.yaml", "revision": "abc", "hardware": "2 CPU cores", "torch": "2.13.0",
                 "autoencoder_steps": 5, "autoencoder_minutes": 0.1, "diffusion_steps": 6, "diffusion_minutes": 0.2},
}  # fmt: skip


def test_card_names_sources_licences_and_training() -> None:
    card = model_card.write(MANIFEST, {})
    for part in (
        "# Model card: `tiny`",
        "| walks | mit | 3 | 0.5 |",
        "5 steps",
        "6 steps",
        "commercial use allowed",
    ):
        assert part in card
    assert "Not measured yet." in card


def test_card_shows_measured_figures_with_their_command() -> None:
    metrics = {"reconstruction": {"mpjpe_world_m": 0.06213, "clips": 281}, "command": "python -m training evaluate",
               "date": "2026-01-01", "split": "test"}  # fmt: skip
    card = model_card.write(MANIFEST, metrics)
    assert "0.06213" in card and "| test clips | 281 |" in card and "python -m training evaluate" in card
    assert "Not measured" not in card
