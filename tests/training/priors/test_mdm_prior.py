"""The peer MDM from training to a row of the tables."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lamp.errors import BundleError, InputError  # noqa: E402
from lamp.motion import Motion  # noqa: E402
from lamp.problem import Target  # noqa: E402
from lamp.scene.obstacle import Obstacle  # noqa: E402
from lamp.tasks import Task, concatenate  # noqa: E402
from tests.training import synthetic  # noqa: E402
from training.__main__ import main  # noqa: E402
from training.mdm import store  # noqa: E402
from training.priors.base import Budget  # noqa: E402
from training.priors.mdm_prior import MdmPrior, reference_vectors  # noqa: E402
from training.priors.registry import load_prior  # noqa: E402

CONFIG = """
mdm:
  model: {width: 48, blocks: 2, head_width: 16, max_frames: 64}
  data: {min_frames: 12, buckets: [[16, 8, 0.5], [48, 6, 0.5]]}
  loop: {bf16: false, warmup_steps: 10, log_steps: 1, learning_rate: 0.003, ema_decay: 0.9}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small MDM, trained for 100 steps on four made-up clips by the command."""
    base = tmp_path_factory.mktemp("mdm")
    clips = {f"c{i}": synthetic.motion(60, seed=i) for i in range(4)}
    raw = synthetic.write_shards(base / "raw", clips)
    (base / "config.yaml").write_text(CONFIG, encoding="utf8")
    assert main(["prepare", str(raw), str(base / "set")]) == 0
    arguments = [
        "--config",
        str(base / "config.yaml"),
        "--data",
        str(base / "set"),
        "--out",
        str(base / "run"),
    ]
    assert main(["mdm", *arguments, "--steps", "100", "--threads", "1"]) == 0
    return base / "run" / "mdm"


@pytest.fixture(scope="module")
def prior(folder):
    return load_prior(f"mdm:{folder}")


@pytest.fixture(scope="module")
def walk():
    return Motion.from_positions(synthetic.motion(40, seed=1))


def test_training_lowers_the_loss(folder):
    history = json.loads((folder / "checkpoint" / "state.json").read_text(encoding="utf8"))["history"]
    losses = [h["total"] for h in history]
    assert len(losses) == 100 and np.mean(losses[-20:]) < 0.5 * np.mean(losses[:10])


def test_it_is_a_row_like_any_other(folder, prior):
    assert isinstance(prior, MdmPrior) and prior.paper_name == "MDM-DNO" and prior.name == "mdm"
    assert prior.abilities == {"text", "optimize", "invert"} and prior.max_frames == 64
    about = prior.describe()
    assert about["steps"] == {"edit": 300, "project": 500} and about["training"]["steps"] == 100
    assert about["training"]["cpu_minutes"] >= 0.0 and "non-commercial" in about["licence"]
    assert isinstance(load_prior(str(folder)), MdmPrior)  # the folder says what it is
    fewer = load_prior(f"mdm:{folder}@20")
    assert fewer.name == "mdm@20" and fewer.key != prior.key
    assert load_prior(f"mdm:{folder}").key == prior.key


def test_generated_motion_has_the_length_asked_for_and_depends_on_text_and_seed(prior):
    a, b = prior.generate(["a person walks.", "a person jumps high."], 40, seed=3)
    assert a.shape == (40, 22, 3) and np.isfinite(a).all() and not np.allclose(a, b)
    assert np.array_equal(prior.generate(["a person walks.", "a person jumps high."], 40, seed=3)[0], a)
    assert not np.allclose(prior.generate(["a person walks."], 40, seed=4)[0], a)


def test_vectors_of_a_motion_decode_to_it(walk):
    from lamp import features

    vectors = reference_vectors(walk.positions_m)
    assert vectors.shape == (40, 263)
    heading = features.heading_rad(walk.positions_m[0])
    decoded = features.decode(vectors)
    turn = np.array([[np.cos(heading), np.sin(heading)], [-np.sin(heading), np.cos(heading)]])
    level = decoded[..., [0, 2]] @ turn.T + walk.positions_m[0, 0, [0, 2]]
    assert np.abs(level - walk.positions_m[..., [0, 2]]).max() < 1e-4
    assert np.abs(decoded[..., 1] - walk.positions_m[..., 1]).max() < 1e-4


def test_any_mix_of_tasks_is_optimised_each_for_itself(prior, walk):
    noisy = Task(reference=walk, keep=np.ones(40, np.float32))
    free = Task(frames=24, targets=(Target(0, (0.2, 0.0, 0.5), (True, False, True)),))
    joined, keep = concatenate(walk[:20], walk[20:], 8)
    tasks = [noisy, free, Task(reference=joined, keep=keep, show=keep), noisy]
    heard: dict[int, list[tuple[float, float]]] = {i: [] for i in range(4)}
    outcomes = prior.optimize(tasks, Budget(12), lambda i, s, e: heard[i].append((s, e)))
    assert [len(o.joints_m) for o in outcomes] == [40, 24, 48, 40]
    assert all(o.steps == 12 and o.seconds > 0 and len(heard[i]) == 12 for i, o in enumerate(outcomes))
    assert heard[1][-1][1] == pytest.approx(outcomes[1].terms["error_m"])
    assert all(a >= b for (a, _), (b, _) in zip(heard[1][1:], heard[1], strict=False))  # time goes on
    [alone] = prior.optimize([free], Budget(1))
    error = free.target_errors_m(Motion.from_positions(alone.joints_m))[0]
    assert error == pytest.approx(alone.terms["error_m"], abs=1e-4)


def test_optimising_comes_nearer_to_what_is_asked(prior, walk):
    task = Task(reference=walk, keep=np.ones(40, np.float32))
    start, end = (prior.optimize([task], Budget(n))[0] for n in (1, 30))
    errors = [np.linalg.norm(o.joints_m - walk.positions_m, axis=-1).mean() for o in (start, end)]
    assert errors[1] < 0.9 * errors[0]


def test_an_obstacle_is_left_or_the_depth_reported(prior, walk):
    where = walk.positions_m[30, 0]
    ball = Obstacle("sphere", (float(where[0]), float(where[1]), float(where[2])), (0.3, 0.3, 0.3))
    [outcome] = prior.optimize([Task(reference=walk, obstacles=(ball,))], Budget(15, stop_m=0.0))
    from training.metrics.collision import Penetration

    depth = Penetration()(outcome.joints_m, (ball,))
    assert depth == pytest.approx(outcome.terms["error_m"], abs=0.02)
    assert outcome.steps == 15 or outcome.terms["error_m"] == 0.0


def test_the_recipe_sets_the_steps_where_the_table_leaves_it_to_the_prior(folder, walk):
    prior = load_prior(f"mdm:{folder}@7")
    task = Task(reference=walk, keep=np.ones(40, np.float32))
    assert prior.optimize([task], Budget(3, recipe=True))[0].steps == 7
    assert prior.optimize([task], Budget(3))[0].steps == 3
    assert prior.optimize([task], Budget(3, deadline_s=0.0))[0].steps == 1


def test_mistakes_are_named(folder, tmp_path):
    with pytest.raises(InputError, match=r"holds no prior\.yaml"):
        load_prior(f"mdm:{tmp_path}")
    with pytest.raises(InputError, match="'many' after @"):
        load_prior(f"mdm:{folder}@many")
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / store.MANIFEST).write_text((folder / store.MANIFEST).read_text(encoding="utf8"), encoding="utf8")
    (copy / store.WEIGHTS).write_bytes(b"half a file")
    with pytest.raises(BundleError, match="damaged or of other sizes"):
        load_prior(f"mdm:{copy}")
    text = (folder / store.MANIFEST).read_text(encoding="utf8").replace("width: 48", "width: 50")
    (copy / store.MANIFEST).write_text(text, encoding="utf8")
    with pytest.raises(InputError, match="does not divide"):
        load_prior(f"mdm:{copy}")
