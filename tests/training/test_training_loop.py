"""The training loop: exact resume, and checkpoints that survive Ctrl-C, NaN and a full disk."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from safetensors import SafetensorError  # noqa: E402

from lamp.errors import InputError  # noqa: E402
from lamp.models.autoencoder import MotionAutoencoder  # noqa: E402
from tests import tiny  # noqa: E402
from tests.training import synthetic  # noqa: E402
from training import checkpoint  # noqa: E402
from training.__main__ import main  # noqa: E402
from training.config import AutoencoderLoss, DataConfig, LoopConfig  # noqa: E402
from training.corpus import build_corpus  # noqa: E402
from training.dataset import load_any  # noqa: E402
from training.errors import TrainingDiverged  # noqa: E402
from training.loop import Trainer  # noqa: E402
from training.losses import AutoencoderObjective  # noqa: E402

CPU = torch.device("cpu")
LOOP = LoopConfig(
    steps=6, warmup_steps=2, bf16=False, log_steps=1, learning_rate=1e-3, checkpoint_minutes=1e9
)
DATA = DataConfig(min_frames=12, buckets=((16, 3, 0.6), (32, 2, 0.4)))


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    clips = {f"c{i}": synthetic.motion(40 + 6 * i, seed=i) for i in range(3)}
    return synthetic.write_shards(tmp_path_factory.mktemp("data") / "raw", clips)


@pytest.fixture(scope="module")
def corpus(raw):
    return build_corpus(load_any(raw), "train", DATA, CPU)


@pytest.fixture
def make(corpus, tmp_path):
    """A new trainer, as a new process would make it."""

    def trainer(config=LOOP, loss=None, variant="vit", seed=5):
        torch.manual_seed(seed)
        model = MotionAutoencoder(tiny.autoencoder_config(variant))
        objective = AutoencoderObjective(model, AutoencoderLoss(), corpus.mean, corpus.std)
        return Trainer(model, loss(objective) if loss else objective, corpus, config, tmp_path / "run")

    return trainer


def digest(folder):
    """Content of the checkpoint on disk."""
    files = sorted((folder / "checkpoint").iterdir())
    return [(f.name, hashlib.sha256(f.read_bytes()).hexdigest()) for f in files]


def after(calls, what):
    """A loss that does ``what`` to its result from the given call on."""

    def wrap(objective):
        count = 0

        def loss(*args):
            nonlocal count
            count += 1
            losses = objective(*args)
            return what(losses) if count > calls else losses

        return loss

    return wrap


def interrupt(losses):
    raise KeyboardInterrupt


def poison(losses):
    return {**losses, "total": losses["total"] * float("nan")}


# -- corpus -----------------------------------------------------------------------------------------------------------


def test_corpus_holds_every_clip_and_its_mirror_image_normalised(corpus):
    assert len(corpus.length) == 6 and corpus.length.tolist() == [39, 39, 45, 45, 51, 51]
    assert "left" in corpus.captions[0][0] and "right" in corpus.captions[1][0]
    assert float(corpus.features.float().std()) == pytest.approx(1.0, abs=0.35)


def test_draws_are_cut_padded_and_valid(corpus):
    tables = {frames: (batch, cumulative) for frames, batch, _, cumulative in corpus.bucket_tables()}
    assert sorted(tables) == [16, 32]
    x, valid, clip = corpus.draw(48, 50, tables[32][1])  # longer than the shortest clips
    assert x.shape == (50, 48, 137) and valid.shape == (50, 12)
    kept = valid.sum(1)
    assert torch.equal(kept, torch.clamp(corpus.length[clip] // 4, max=12).float())
    assert ((valid[:, 1:] - valid[:, :-1]) <= 0).all()


# -- resume -----------------------------------------------------------------------------------------------------------


def test_three_steps_and_three_more_equal_six(make, monkeypatch):
    whole = make()
    whole.run("test")
    assert whole.step == 6
    part = make()
    monkeypatch.setattr(part, "_slice_over", lambda started: part.step >= 3)
    part.run("test")
    assert part.step == 3 and not torch.equal(part.parameters[0], whole.parameters[0])
    rest = make(seed=99)
    rest.resume()
    assert rest.step == 3 and len(rest.history) == 3
    rest.run("test")
    assert rest.step == 6
    for a, b in zip([*whole.parameters, *whole.ema], [*rest.parameters, *rest.ema], strict=True):
        assert torch.equal(a, b)
    losses = [[h["total"] for h in t.history] for t in (whole, rest)]
    assert losses[0] == losses[1]


def test_a_slice_stops_in_time_and_can_go_on(make):
    part = make(replace(LOOP, stop_after_minutes=1e-9))
    part.run("test")
    assert part.step < 6
    rest = make()
    rest.resume()
    rest.run("test")
    assert rest.step == 6


def test_a_budget_of_processor_time_is_kept_and_survives_an_interruption(make):
    config = replace(LOOP, steps=0, minutes=0.0, cpu_minutes=0.5 / 60)
    with pytest.raises(KeyboardInterrupt):
        make(config, loss=after(3, interrupt)).run("test")
    rest = make(config)
    rest.resume()
    assert 0.0 < rest.trained_cpu_s < 0.5 and rest.step == 3
    rest.run("test")
    assert rest.trained_cpu_s >= 0.5 and rest.share_done() >= 1.0
    assert sum(1 for h in rest.history if h["step"] <= 3) == 3


def test_training_learns(make):
    trainer = make(replace(LOOP, steps=60, learning_rate=5e-3))
    trainer.run("test")
    losses = [h["total"] for h in trainer.history]
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])
    assert all(torch.isfinite(a).all() for a in trainer.averaged_weights().values())
    assert set(trainer.averaged_weights()) == {n for n, _ in trainer.model.named_parameters()}


def test_resume_names_what_does_not_fit(make):
    with pytest.raises(InputError, match=r"--resume.*no checkpoint"):
        make().resume()
    make().save()
    with pytest.raises(InputError, match="another architecture"):
        make(variant="resnet").resume()


# -- what goes wrong --------------------------------------------------------------------------------------------------


def test_ctrl_c_leaves_a_checkpoint_to_go_on_from(make, capsys):
    with pytest.raises(KeyboardInterrupt):
        make(loss=after(3, interrupt)).run("test")
    assert "--resume" in capsys.readouterr().err
    rest = make()
    rest.resume()
    assert rest.step == 3
    rest.run("test")
    assert rest.step == 6


@pytest.mark.parametrize("log_steps", [1, 1000])
def test_a_nan_ends_training_and_keeps_the_last_good_checkpoint(make, tmp_path, log_steps):
    good = make()
    good.save()
    before = digest(tmp_path / "run")
    sick = make(replace(LOOP, log_steps=log_steps), loss=after(3, poison))
    with pytest.raises(TrainingDiverged, match=r"not finite at step.*kept in.*learning_rate"):
        sick.run("test")
    assert digest(tmp_path / "run") == before


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), SafetensorError("os error 28")])
def test_a_full_disk_keeps_the_last_good_checkpoint(make, tmp_path, monkeypatch, error):
    trainer = make()
    trainer.save()
    before = digest(tmp_path / "run")
    trainer.step = 1

    def full(tensors, path):
        path.write_bytes(b"half")
        raise error

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(OSError, match=r"could not be written.*28.*is kept.*--resume"):
        trainer.save()
    assert digest(tmp_path / "run") == before
    assert sorted(f.name for f in (tmp_path / "run").iterdir() if "check" in f.name) == ["checkpoint"]


def test_a_crash_between_the_two_renames_is_survived(make, tmp_path):
    make().save()
    folder = tmp_path / "run" / "checkpoint"
    folder.rename(folder.with_name("checkpoint.old"))
    rest = make(seed=1)
    rest.resume()
    rest.save()
    assert folder.is_dir() and not folder.with_name("checkpoint.old").exists()


# -- the commands -----------------------------------------------------------------------------------------------------

CONFIG = """
autoencoder:
  model: {part_width: 8, part_blocks: 1, body_blocks: 1, decoder_blocks: 1, head_width: 16, max_tokens: 16}
  data: {min_frames: 12, buckets: [[16, 3, 0.6], [32, 2, 0.4]]}
  loop: {bf16: false, warmup_steps: 2, log_steps: 1}
diffusion:
  model: {width: 32, blocks: 1, head_width: 16, max_tokens: 16}
  data: {min_frames: 12, buckets: [[16, 3, 0.6], [32, 2, 0.4]]}
  loop: {bf16: false, warmup_steps: 2, log_steps: 1}
"""


@pytest.fixture
def command(raw, tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf8")
    assert main(["prepare", str(raw), str(tmp_path / "set")]) == 0
    return ["--config", str(tmp_path / "config.yaml"), "--data", str(tmp_path / "set"), "--out",
            str(tmp_path / "run"), "--threads", "1"]  # fmt: skip


def steps_done(tmp_path, stage):
    state = json.loads((tmp_path / "run" / stage / "checkpoint" / "state.json").read_text(encoding="utf8"))
    return state["step"]


def test_both_stages_from_the_command_line(command, tmp_path):
    assert main(["autoencoder", *command, "--steps", "2"]) == 0
    assert main(["all", *command, "--steps", "4", "--resume"]) == 0
    assert steps_done(tmp_path, "autoencoder") == steps_done(tmp_path, "diffusion") == 4
    from training.bundle import load_networks
    from training.config import load_config

    networks, state = load_networks(load_config(tmp_path / "config.yaml"), tmp_path / "run")
    assert state["diffusion"]["steps"] == 4
    assert all(torch.isfinite(v).all() for v in networks.state_dict().values())


def test_mistakes_are_one_line_and_a_status(command, tmp_path, capsys, monkeypatch):
    assert main(["autoencoder", *command, "--minutes", "-1"]) == 2
    assert "--minutes: -1.0 is not positive" in capsys.readouterr().err
    assert main(["autoencoder", *command, "--steps", "2", "--resume"]) == 2
    assert "no checkpoint" in capsys.readouterr().err
    assert main(["diffusion", *command, "--steps", "2"]) == 2
    capsys.readouterr()

    def diverge(self, title):
        raise TrainingDiverged("the loss (nan) is not finite at step 3")

    monkeypatch.setattr(Trainer, "run", diverge)
    assert main(["autoencoder", *command, "--steps", "2"]) == 1
    assert "error: the loss (nan)" in capsys.readouterr().err
