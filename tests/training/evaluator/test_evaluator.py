"""The evaluator: order, padding, its own statistics, files on disk, and how well the shipped one retrieves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lamp import features
from lamp.errors import BundleError, InputError
from tests.training import synthetic
from training import __main__ as command_line
from training.clips import SourceOptions
from training.collect import PrepareOptions, collect_in_memory
from training.dataset import PreparedSet
from training.evaluator import store
from training.evaluator.actions import ACTIONS, action_of
from training.evaluator.config import EvaluatorConfig
from training.evaluator.evaluator import Evaluator
from training.evaluator.losses import contrastive
from training.evaluator.model import EvaluatorModel
from training.evaluator.motions import raw_features
from training.evaluator.quality import retrieval
from training.metrics.frechet import FrechetDistance
from training.metrics.paired import PairedDistance
from training.sources import open_source


def small(kind: str = "t2m") -> Evaluator:
    """An untrained evaluator of a few thousand weights."""
    torch.manual_seed(0)
    config = EvaluatorConfig(
        kind, movement_width=16, hidden=16, embedding=8, blocks=1, heads=2, actions=ACTIONS
    )
    return Evaluator(EvaluatorModel(config), "small")


@pytest.mark.parametrize("kind", ["t2m", "transformer"])
def test_embeddings_come_back_in_the_order_given_whatever_the_lengths(kind: str) -> None:
    evaluator = small(kind)
    clips = [synthetic.motion(n, seed=i) for i, n in enumerate((60, 30, 90, 45, 33))]
    together = evaluator.embed_motions(clips)
    alone = np.concatenate([evaluator.embed_motions([c]) for c in clips])
    np.testing.assert_allclose(together, alone, atol=1e-4)  # neither order nor padding shows
    np.testing.assert_allclose(evaluator.embed_motions(clips[::-1]), together[::-1], atol=1e-4)
    assert PairedDistance()(together, alone) < 1e-6 < PairedDistance()(together[::-1], alone)


def test_embeddings_lie_on_the_sphere_and_do_not_see_place_or_heading() -> None:
    evaluator = small()
    clip = synthetic.motion(60)
    turned = clip[..., [2, 1, 0]] * np.array([1.0, 1.0, -1.0]) + np.array([5.0, 0.7, -3.0])
    here, there = evaluator.embed_motions([clip, turned])
    assert np.linalg.norm(here) == pytest.approx(6.7, rel=1e-5)
    np.testing.assert_allclose(here, there, atol=2e-3)


def test_motion_in_a_models_own_normalised_units_is_far_from_real_motion() -> None:
    """The mix-up of statistics: features must be raw, only the evaluator's own numbers normalise them."""
    evaluator = store.load()
    clips = [synthetic.motion(60, seed=i) for i in range(12)]
    raw = [raw_features(c) for c in clips]
    mean, std = np.concatenate(raw).mean(0), np.concatenate(raw).std(0) + 1e-3
    right = evaluator.embed_features(raw)
    again = evaluator.embed_features([r + 1e-6 for r in raw])
    mixed_up = evaluator.embed_features([(r - mean) / std for r in raw])
    assert FrechetDistance()(mixed_up, right) > 10.0 > FrechetDistance()(again, right)


def test_contacts_and_trailing_frames_are_left_out() -> None:
    row = raw_features(synthetic.motion(60))
    assert row.shape == (56, 259)
    assert raw_features(synthetic.motion(300)).shape == (196, 259)
    vectors = features.encode(synthetic.motion(60), floor=True)
    np.testing.assert_array_equal(row, vectors[:56, :259].astype(np.float32))
    with pytest.raises(InputError):
        raw_features(synthetic.motion(4))


def test_twins_are_no_negatives() -> None:
    motions = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    scale = torch.tensor(20.0)
    apart = contrastive(motions, motions, torch.tensor([0, 1, 2]), scale)
    twins = contrastive(motions, motions, torch.tensor([0, 0, 2]), scale)
    assert float(twins) < 1e-3 < 0.3 < float(apart)  # log 2 for each of the two that cannot be told apart


@pytest.mark.parametrize(
    ("caption", "action"),
    [
        ("a person walks forward.", "walk"), ("someone jogs, then jumps over a box", "jump"),
        ("a person walks and turns right as if exhausted.", "walk-turn"), ("a person waves both hands", "wave"),
        ("a person raises the left hand up", "raise-left"), ("someone lifts both arms above the head", "raise-both"),
        ("xyzzy", "other"),
    ],
)  # fmt: skip
def test_action_of_a_caption(caption: str, action: str) -> None:
    assert action_of([caption]) == action


def test_an_evaluator_survives_the_disk_and_a_changed_file_is_refused(tmp_path: Path) -> None:
    before = small()
    store.save(before.model, tmp_path / "mine", {"quality": {}})
    after = store.load(tmp_path / "mine")
    clips = [synthetic.motion(40)]
    np.testing.assert_allclose(after.embed_motions(clips), before.embed_motions(clips), atol=0.05)
    weights = tmp_path / "mine" / store.WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-2] + b"\0\1")
    with pytest.raises(BundleError, match="not be comparable"):
        store.load(tmp_path / "mine")
    with pytest.raises(InputError, match="t2m"):
        store.load("no such evaluator")


def test_the_shipped_evaluator_is_small_and_says_how_good_it_is() -> None:
    folder = store.SHIPPED / store.DEFAULT
    assert (folder / store.WEIGHTS).stat().st_size <= 5 * 2**20
    quality = json.loads((folder / store.INFO).read_text(encoding="utf8"))["quality"]["test"]
    assert quality["r_precision_3"] > 0.8 and quality["clips"] > 300


@pytest.mark.shared
def test_the_shipped_evaluator_retrieves_unseen_clips_as_it_says(shared_dir: Path) -> None:
    stated = json.loads((store.SHIPPED / store.DEFAULT / store.INFO).read_text(encoding="utf8"))["quality"]
    lines = (shared_dir / "data" / "captions.jsonl").read_text(encoding="utf8").splitlines()
    unseen = frozenset(c["id"] for c in map(json.loads, lines) if c["split"] == "val")
    source = open_source(shared_dir / "data", SourceOptions(include=unseen))
    found = retrieval(store.load(), collect_in_memory([source], PrepareOptions()), "val")
    assert found["r_precision_3"] == pytest.approx(stated["val"]["r_precision_3"], abs=0.03)
    assert found["action_accuracy"] == pytest.approx(stated["val"]["action_accuracy"], abs=0.03)


@pytest.mark.parametrize("kind", ["t2m", "transformer"])
def test_training_from_the_command_line_learns_to_tell_two_actions_apart(tmp_path: Path, kind: str) -> None:
    prepared = two_actions(tmp_path)
    assert command_line.main([
        "evaluator", "--data", str(prepared), "--out", str(tmp_path / "made"), "--kind", kind, "--steps", "12",
        "--batch", "8", "--threads", "1",
    ]) == 0  # fmt: skip
    evaluator, data = store.load(tmp_path / "made"), PreparedSet.load(prepared)
    motions = evaluator.embed_motions([data.joints(i) for i in range(len(data))])
    texts = evaluator.embed_texts([c.captions[0] for c in data.clips])
    away = np.linalg.norm(texts[:, None] - motions[None], axis=-1)
    still = np.array(["stands" in c.captions[0] for c in data.clips])
    assert away[np.ix_(still, still)].mean() < away[np.ix_(still, ~still)].mean()


def two_actions(folder: Path) -> Path:
    """A prepared set of walking and of standing clips."""
    clips = {
        f"c{i}": synthetic.motion(48 + 4 * (i % 3), seed=i // 2, speed_mps=1.2 * (i % 2)) for i in range(16)
    }
    records = {
        name: {"captions": ["a person walks." if int(name[1:]) % 2 else "a person stands."]} for name in clips
    }
    raw = synthetic.write_shards(folder / "raw", clips, records)
    assert command_line.main(["prepare", str(raw), str(folder / "prepared")]) == 0
    return folder / "prepared"
