"""R-precision, paired distances and spread against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lamp.errors import InputError
from training.metrics.paired import MultimodalDistance, PairedDistance
from training.metrics.retrieval import RPrecision, deal
from training.metrics.spread import Diversity, Multimodality


def test_perfect_embeddings_are_always_found_and_random_ones_by_chance(rng: np.random.Generator) -> None:
    texts = rng.standard_normal((3200, 64))
    assert RPrecision(1)(texts, texts, rng) == 1.0
    strangers = rng.standard_normal((3200, 64))
    for top in (1, 2, 3):
        assert RPrecision(top)(texts, strangers, rng) == pytest.approx(top / 32, abs=0.02)


def test_rank_of_the_true_motion_decides(rng: np.random.Generator) -> None:
    texts = np.array([[0.0], [10.0], [20.0], [30.0]])
    motions = np.array([[1.0], [0.5], [20.0], [30.0]])  # text 0: motion 1 is nearer; text 1: motion 0 is
    assert RPrecision(1, pool=4)(texts, motions, rng) == pytest.approx(0.5)
    assert (
        RPrecision(2, pool=4)(texts, motions, rng) == 1.0
    )  # text 1: its own at 9.5 is behind one rival at 9


def test_collapsed_embeddings_find_nothing(rng: np.random.Generator) -> None:
    same = np.zeros((64, 8))
    assert RPrecision(3)(same, same, rng) == 0.0  # all tie: a tie is no find


def test_rows_beyond_the_last_full_pool_are_dropped_and_none_is_used_twice(rng: np.random.Generator) -> None:
    pools = deal(70, 32, rng)
    assert [len(p) for p in pools] == [32, 32]
    assert len(set(np.concatenate(pools).tolist())) == 64
    with pytest.raises(InputError, match="31 motions are fewer"):
        deal(31, 32, rng)


def test_pools_hold_no_caption_twice_where_that_is_possible(rng: np.random.Generator) -> None:
    captions = [f"caption {i // 2}" for i in range(64)]
    pools = deal(64, 32, rng, captions)
    assert [len(p) for p in pools] == [32, 32]
    assert all(len({captions[i] for i in pool}) == 32 for pool in pools)


def test_paired_distance_is_the_mean_square_and_sees_a_wrong_order() -> None:
    originals = np.array([[0.0, 0.0], [4.0, 0.0]])
    assert PairedDistance()(originals + 1.0, originals) == pytest.approx(1.0)
    assert PairedDistance()(originals[::-1], originals) == pytest.approx(8.0)  # sorted embeddings: the trap
    with pytest.raises(InputError):
        PairedDistance()(originals, originals[:1])


def test_text_to_motion_distance_is_euclidean() -> None:
    assert MultimodalDistance()(np.zeros((2, 2)), np.array([[3.0, 4.0], [0.0, 1.0]])) == pytest.approx(3.0)


def test_diversity_of_two_points_is_their_distance_and_never_pairs_a_point_with_itself() -> None:
    points = np.array([[0.0, 0.0], [3.0, 4.0]])
    assert Diversity()(points, np.random.default_rng(1)) == pytest.approx(5.0)


def test_multimodality_looks_within_texts_only(rng: np.random.Generator) -> None:
    far_apart = np.stack([np.zeros((4, 3)), np.full((4, 3), 100.0)])
    assert Multimodality()(far_apart, rng) == 0.0
    far_apart[0, ::2, 0] = 2.0
    assert 0.0 < Multimodality()(far_apart, rng) <= 1.0
