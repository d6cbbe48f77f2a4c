"""Corpora of which a part is on the device at a time: what is there, how often it is drawn, and where it lies."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lamp.errors import InputError  # noqa: E402
from lamp.models.autoencoder import MotionAutoencoder  # noqa: E402
from tests import tiny  # noqa: E402
from tests.training import synthetic  # noqa: E402
from training import feature_store  # noqa: E402
from training.__main__ import main  # noqa: E402
from training.config import AutoencoderLoss, DataConfig, LoopConfig  # noqa: E402
from training.corpus import build_corpus, draw_rates  # noqa: E402
from training.dataset import load_any  # noqa: E402
from training.feature_store import FeatureStore  # noqa: E402
from training.loop import Trainer  # noqa: E402
from training.losses import AutoencoderObjective  # noqa: E402
from training.resident import allotted, resident_corpus  # noqa: E402
from training.views import Views, training_views  # noqa: E402

CPU = torch.device("cpu")
ALL = DataConfig(min_frames=12, buckets=((16, 3, 0.6), (32, 2, 0.4)))
PART = replace(ALL, resident_frames=250, refill_steps=2)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    clips = {f"c{i}": synthetic.motion(26 + 5 * i, seed=i) for i in range(9)}
    records = {
        f"c{i}": {"source": "rare" if i < 2 else "made", "captions": [f"clip {i} to the left"]}
        for i in range(9)
    }
    return load_any(synthetic.write_shards(tmp_path_factory.mktemp("data") / "raw", clips, records))


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(feature_store, "SHARD_FRAMES", 150)


def processes(monkeypatch, rank, world, rank_here=0, world_here=1):
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
    for name, value in zip(names, (rank, world, rank_here, world_here), strict=True):
        monkeypatch.setenv(name, str(value))


# -- what is on the device --------------------------------------------------------------------------------------------


def test_slots_hold_what_the_whole_corpus_holds_of_the_same_clips(prepared, tmp_path):
    whole = build_corpus(prepared, "train", ALL, CPU)
    part = build_corpus(prepared, "train", PART, CPU, out=tmp_path)
    assert len(part.features) <= 250 < len(whole.features)
    assert torch.allclose(part.mean, whole.mean, atol=1e-5) and torch.allclose(part.std, whole.std, rtol=1e-4)
    assert part.captions == whole.captions
    seen = set()
    for step in range(0, 40, 2):
        part.refill(step, 0)
        for slot, clip in enumerate(part.clip.tolist()):
            seen.add(clip)
            length = int(whole.length[clip])
            assert int(part.length[slot]) == length
            mine, its = (
                c.features[int(c.offset[i]) :][:length].float() for c, i in ((part, slot), (whole, clip))
            )
            assert torch.allclose(mine, its, atol=0.01), "half precision of numbers up to about 8"
    assert len(seen) == len(whole.length), "every clip has its turn"


def test_addresses_and_shapes_stay_and_contents_change_only_when_it_is_time(prepared, tmp_path):
    corpus = build_corpus(prepared, "train", PART, CPU, out=tmp_path)
    tensors = (corpus.features, corpus.offset, corpus.length, corpus.weight, corpus.clip)
    tables = [t[3] for t in corpus.bucket_tables()]
    held, before = [], [(t.data_ptr(), t.shape) for t in tensors]
    for step in range(8):
        corpus.refill(step, 3)
        held.append(corpus.clip.tolist())
        again = [t[3] for t in corpus.bucket_tables()]
        assert all(torch.equal(a, b) for a, b in zip(tables, again, strict=True)), "captured draws stay right"
    assert [(t.data_ptr(), t.shape) for t in tensors] == before
    assert held[0] == held[1] and held[2] == held[3] and held[4] == held[5]
    assert held[0] != held[2] != held[4]


def test_a_corpus_that_fits_is_held_whole(prepared, tmp_path):
    whole = build_corpus(prepared, "train", ALL, CPU)
    same = build_corpus(prepared, "train", replace(ALL, resident_frames=10_000), CPU, out=tmp_path)
    assert torch.equal(same.features, whole.features) and not list(tmp_path.iterdir())


def test_too_few_frames_are_refused_before_anything_is_encoded(prepared, tmp_path):
    with pytest.raises(
        InputError, match=r"data.resident_frames: 60 frames cannot hold.*up to 65; give at least"
    ):
        build_corpus(prepared, "train", replace(PART, resident_frames=60), CPU, out=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "says"), [({"resident_frames": -1}, "-1"), ({"refill_steps": 0}, "at least 1")]
)
def test_values_that_cannot_be_are_named(change, says):
    with pytest.raises(InputError, match=rf"data.{next(iter(change))}.*{says}"):
        DataConfig(**change)


def test_memory_does_not_grow_with_the_corpus(tmp_path):
    take = synthetic.motion(190)

    def peak_bytes(count):
        raw = synthetic.write_shards(tmp_path / f"raw{count}", {f"c{i}": take for i in range(count)})
        assert main(["prepare", str(raw), str(tmp_path / str(count))]) == 0
        from training.dataset import PreparedSet

        loaded = PreparedSet.load(tmp_path / str(count))
        tracemalloc.start()
        build_corpus(loaded, "train", replace(ALL, resident_frames=1000), CPU, out=tmp_path / f"out{count}")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_bytes(100) - peak_bytes(10) < 0.1 * 90 * 2 * 189 * 137 * 2


# -- how often clips are drawn ----------------------------------------------------------------------------------------


class EmptyStore:
    """Clips without motion, for counting."""

    def __init__(self, views):
        self.views, self.columns = views, np.arange(1)

    def read(self, chosen):
        return ((i, np.zeros((self.views.frames[v], 1), np.float32)) for i, v in enumerate(chosen))


def counted(rank, world, fills, monkeypatch):
    """Shares of draws in excess of the weights' shares, in standard errors over the fills; one entry a clip and
    bucket."""
    processes(monkeypatch, rank, world)
    rng = np.random.default_rng(4)
    frames = rng.integers(12, 60, 50)
    views = Views(SimpleNamespace(clips=[SimpleNamespace(captions=())] * 50), np.arange(50), np.zeros(50, bool), frames,
                  rng.uniform(0.2, 5.0, 50))  # fmt: skip
    data = DataConfig(buckets=((16, 1, 0.3), (32, 1, 0.7)), resident_frames=600, refill_steps=1)
    corpus = resident_corpus(EmptyStore(views), allotted(views, data), np.zeros(1), np.ones(1), data, CPU)
    assert len(corpus.length) < 25 and len(corpus.features) <= 600
    torch.manual_seed(0)
    tables = corpus.bucket_tables()
    assert [t[2] for t in tables] == pytest.approx([0.3, 0.7])
    shares = np.zeros((fills, 2, 50))
    for fill in range(fills):
        corpus.refill(fill, seed=11)
        for b, (length, _, _, cumulative) in enumerate(tables):
            _, _, clip = corpus.draw(length, 100, cumulative)
            shares[fill, b] = np.bincount(clip.numpy(), minlength=50) / 100
    wanted = np.stack([views.weight, views.weight * (frames > 16)])
    wanted /= wanted.sum(1, keepdims=True)
    error = shares.std(0) / np.sqrt(fills)
    assert (shares[:, wanted == 0] == 0).all(), "too short for the bucket"
    return ((shares.mean(0) - wanted) / np.maximum(error, 1e-12))[wanted > 0], wanted[wanted > 0], shares


@pytest.mark.parametrize(("rank", "world"), [(0, 1), (1, 3)])
def test_over_time_every_clip_is_drawn_in_proportion_to_its_weight(rank, world, monkeypatch):
    z, wanted, shares = counted(rank, world, 1500, monkeypatch)
    assert len(z) > 90 and wanted.max() > 10 * wanted.min()
    assert (shares.mean(0) > 0).sum() == len(z), "no clip is forgotten"
    assert (
        np.abs(z).max() < 4.5
    )  # one in 1500 runs of about 95 unbiased counts would exceed it; the seed is fixed
    assert 0.5 < (z**2).mean() < 1.6


def test_processes_hold_different_parts_of_one_choice(prepared, tmp_path, monkeypatch):
    held = []
    for rank in range(3):
        processes(monkeypatch, rank, 3)
        corpus = build_corpus(prepared, "train", replace(PART, resident_frames=220), CPU, out=tmp_path)
        corpus.refill(6, 1)
        held.append(corpus.clip.tolist())
    assert held[0] != held[1] != held[2] != held[0]
    processes(monkeypatch, 1, 3)
    again = build_corpus(prepared, "train", replace(PART, resident_frames=220), CPU, out=tmp_path)
    again.refill(6, 1)
    assert again.clip.tolist() == held[1], "the same for a step, a seed and a process"


def test_processes_share_no_clip_when_there_are_enough():
    views = Views(None, np.arange(400), np.zeros(400, bool), np.full(400, 40), np.ones(400))
    (group,) = allotted(views, replace(ALL, resident_frames=40 * 100))
    assert group.slots == 100
    parts = [group.choose(np.random.default_rng(1), rank, 4) for rank in range(4)]
    assert sorted(np.concatenate(parts)) == list(range(400))


def test_rates_are_those_of_the_buckets():
    frames, weight = np.array([10, 20, 40]), np.array([1.0, 1.0, 2.0])
    rates = draw_rates(frames, weight, DataConfig(buckets=((32, 1, 0.25), (16, 1, 0.75))))
    np.testing.assert_allclose(rates, [0.75 / 4, 0.75 / 4 + 0.25 / 3, 0.75 / 2 + 0.5 / 3])


# -- features on disk -------------------------------------------------------------------------------------------------


@pytest.fixture
def store(prepared, tmp_path):
    return lambda columns=range(137): FeatureStore(
        tmp_path, training_views(prepared, "train", ALL), np.array(columns)
    )


def files(store):
    return sorted(p.name for p in store.folder.iterdir())


def test_making_goes_on_where_it_was_interrupted_and_is_done_once(store, monkeypatch):
    encode, calls = Views.features, []

    def interrupted(self, i, columns):
        if len(calls) == 8:
            raise KeyboardInterrupt
        calls.append(i)
        return encode(self, i, columns)

    monkeypatch.setattr(Views, "features", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store().make()
    left = files(store())
    assert 0 < len(left) < 2 * store().shards and not [n for n in left if "unfinished" in n]
    done, calls[:] = max(calls), []
    monkeypatch.setattr(Views, "features", lambda self, i, c: calls.append(i) or encode(self, i, c))
    store().make()
    assert len(files(store())) == 2 * store().shards and 0 < min(calls) <= done and max(calls) == 17
    calls[:] = []
    store().make()
    assert calls == []


def test_another_set_or_choice_has_a_folder_of_its_own(store, prepared, tmp_path):
    other = replace(prepared, mean=prepared.mean + 1)
    folders = {
        store().folder, store(range(100)).folder,
        FeatureStore(tmp_path, training_views(prepared, "train", replace(ALL, mirror=False)), np.arange(137)).folder,
        FeatureStore(tmp_path, training_views(other, "train", ALL), np.arange(137)).folder,
    }  # fmt: skip
    assert len(folders) == 4 and store().folder in folders


def test_too_little_room_is_said_before_encoding(store, monkeypatch):
    monkeypatch.setattr(feature_store.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
    with pytest.raises(InputError, match=r"need .* GB, .* GB are free"):
        store().make()
    assert files(store()) == []


def test_processes_share_the_encoding_and_a_machine_of_its_own_makes_all(store, monkeypatch):
    for rank in range(2):  # of one machine
        processes(monkeypatch, rank, 2, rank, 2)
        store().make()
        made = [n for n in files(store()) if "moments" not in n]
        assert made == [f"{s:05d}.npy" for s in range(store().shards) if rank == 1 or s % 2 == 0]
    for file in store().folder.iterdir():
        file.unlink()
    processes(
        monkeypatch, 1, 2
    )  # the only one of the second machine, which does not see the folder of the first
    store().make()
    assert len(files(store())) == 2 * store().shards


# -- training ---------------------------------------------------------------------------------------------------------


def test_resuming_brings_the_same_clips_back(prepared, tmp_path, monkeypatch):
    def trainer(out):
        torch.manual_seed(5)
        model = MotionAutoencoder(tiny.autoencoder_config())
        corpus = build_corpus(prepared, "train", PART, CPU, out=tmp_path)
        loop = LoopConfig(steps=7, warmup_steps=2, bf16=False, log_steps=1, seed=2)
        objective = AutoencoderObjective(model, AutoencoderLoss(), corpus.mean, corpus.std)
        return Trainer(model, objective, corpus, loop, tmp_path / out)

    whole = trainer("whole")
    whole.run("test")
    part = trainer("part")
    monkeypatch.setattr(part, "_slice_over", lambda started: part.step >= 3)
    part.run("test")
    rest = trainer("part")
    rest.resume()
    rest.run("test")
    assert rest.step == 7 and rest.corpus.held == (2, 3)
    assert [h["total"] for h in rest.history] == [h["total"] for h in whole.history]
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters, rest.parameters, strict=True))


CONFIG = """
autoencoder:
  model: {part_width: 8, part_blocks: 1, body_blocks: 1, decoder_blocks: 1, head_width: 16, max_tokens: 16}
  data: &data {min_frames: 12, buckets: [[16, 3, 0.6], [32, 2, 0.4]], resident_frames: 250, refill_steps: 2}
  loop: &loop {bf16: false, warmup_steps: 2, log_steps: 1}
diffusion:
  model: {width: 32, blocks: 1, head_width: 16, max_tokens: 16}
  data: *data
  loop: *loop
mdm: {model: {width: 32, blocks: 1, head_width: 16}, data: *data, loop: *loop}
mld:
  autoencoder: {model: {frames: 48, latent_width: 32, width: 32, blocks: 3, head_width: 16}, data: *data, loop: *loop}
  diffusion: {model: {width: 32, blocks: 3, head_width: 16}, data: *data, loop: *loop}
emdm:
  model: {windows: [48], chain_steps: 3, width: 32, blocks: 1, head_width: 16, critic_width: 16, critic_blocks: 1}
  data: *data
  loop: *loop
"""


@pytest.mark.parametrize("command", ["all", "mdm", "mld", "emdm"])
def test_every_training_command_takes_a_corpus_in_parts(command, prepared, tmp_path, monkeypatch):
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf8")
    clips = {f"c{i}": synthetic.motion(26 + 5 * i, seed=i) for i in range(9)}
    raw = synthetic.write_shards(tmp_path / "raw", clips)
    assert main(["prepare", str(raw), str(tmp_path / "set")]) == 0
    steps, refill = [], "training.resident.ResidentCorpus.refill"
    from training.resident import ResidentCorpus

    original = ResidentCorpus.refill
    monkeypatch.setattr(refill, lambda self, step, seed: steps.append(step) or original(self, step, seed))
    arguments = ["--config", str(tmp_path / "config.yaml"), "--data", str(tmp_path / "set"), "--out",
                 str(tmp_path / "run"), "--steps", "3", "--threads", "1"]  # fmt: skip
    assert main([command, *arguments]) == 0
    stages = 2 if command in ("all", "mld") else 1
    assert steps == [0, 0, 1, 2] * stages
    assert list((tmp_path / "run").glob("features-*/00000.npy"))


def test_captions_are_those_of_the_clips_on_the_device(prepared, tmp_path):
    corpus = build_corpus(prepared, "train", PART, CPU, out=tmp_path)
    corpus.refill(4, 0)
    _, _, cumulative = corpus.bucket_tables()[0][1:]
    _, valid, clip = corpus.draw(64, 200, cumulative)
    assert len(set(clip.tolist())) > 3
    for i, tokens in zip(clip.tolist(), valid.sum(1).tolist(), strict=True):
        number, side = divmod(i, 2)
        assert corpus.captions[i] == [f"clip {number} to the {('left', 'right')[side]}"]
        assert tokens == min((25 + 5 * number) // 4, 16)
