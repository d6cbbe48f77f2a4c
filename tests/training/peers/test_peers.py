"""MLD and EMDM from the command line to a row of the tables: they learn, come back from disk, and are optimised."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lamp import beginning  # noqa: E402
from lamp.errors import BundleError  # noqa: E402
from lamp.motion import Motion  # noqa: E402
from lamp.problem import Target, Weights  # noqa: E402
from lamp.tasks import Task  # noqa: E402
from tests.training import synthetic  # noqa: E402
from tests.training.peers.conftest import STEPS, history  # noqa: E402
from training.__main__ import main  # noqa: E402
from training.peers import store  # noqa: E402
from training.peers.prior import load_peer  # noqa: E402
from training.priors.base import Budget  # noqa: E402
from training.priors.registry import load_prior  # noqa: E402

both = pytest.mark.parametrize("kind", ["mld", "emdm"])
ALONE = Weights(collision=0, foot=0, floor=0, smooth=0, decorrelate=0, norm=0)  # the reference and the keys
CLIP = Motion.from_positions(synthetic.motion(40, speed_mps=0.5))


def mean_of(entries: list[dict[str, float]], name: str) -> float:
    return float(np.mean([e[name] for e in entries]))


@pytest.mark.parametrize(
    ("stage", "name"),
    [("mld/autoencoder", "reconstruction"), ("mld/diffusion", "total"), ("emdm/emdm", "reconstruction")],
)
def test_a_few_steps_of_training_lower_the_loss(peers: dict[str, Path], stage: str, name: str) -> None:
    kind, part = stage.split("/")
    logged = history(peers[kind] / part)
    assert len(logged) == STEPS
    assert mean_of(logged[-6:], name) < 0.9 * mean_of(logged[:6], name)


def test_the_critic_learns_to_tell_steps_apart_at_first(peers: dict[str, Path]) -> None:
    logged = history(peers["emdm"] / "emdm")
    assert logged[0]["critic"] == pytest.approx(2 * np.log(2), abs=5e-3)  # it knows nothing yet
    assert mean_of(logged[-6:], "critic") < logged[0]["critic"]
    assert max(e["penalty"] for e in logged) > 0.0


@both
def test_a_peer_comes_back_from_disk_with_what_was_trained(peers: dict[str, Path], kind: str) -> None:
    prior = load_prior(str(peers[kind] / "prior"), threads=1)
    assert prior.name == kind and prior.paper_name == kind.upper()
    about = prior.describe()["training"]
    assert about[{"mld": "diffusion", "emdm": "emdm"}[kind]]["steps"] == STEPS
    assert prior.key == load_peer(peers[kind] / "prior", 1).key
    assert ("invert" in prior.abilities) == (kind == "mld")


@both
def test_prompts_become_motion_of_the_asked_length_and_differ_by_seed(
    peers: dict[str, Path], kind: str
) -> None:
    prior = load_peer(peers[kind] / "prior", 1)
    one, two = prior.generate(["a person walks.", "a person walks."], 36, seed=3)
    assert one.shape == (36, 22, 3) and np.isfinite(one).all() and not np.allclose(one, two, atol=1e-4)
    again = prior.generate(["a person walks.", "a person walks."], 36, seed=3)
    assert np.array_equal(one, again[0])


@both
def test_optimisation_gets_nearer_to_what_the_task_wants(
    peers: dict[str, Path], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beginning, "MOST_LOST_M", np.inf)  # a few steps of training know no motion
    prior = load_peer(peers[kind] / "prior", 1)
    end = CLIP.positions_m[-1, 0]
    target = Target(0, (float(end[0]) + 0.2, float(end[1]), float(end[2])), axis_mask=(True, False, True))
    tasks = [
        Task(reference=CLIP, keep=np.ones(len(CLIP)), weights=ALONE),
        Task(reference=CLIP, targets=(target,), weights=ALONE),
    ]
    first, last = (prior.optimize(tasks, Budget(steps, seed=1)) for steps in (1, 30))
    assert all(o.joints_m.shape == (40, 22, 3) and np.isfinite(o.joints_m).all() for o in last)
    assert last[0].terms["reference_error_m"] <= first[0].terms["reference_error_m"]
    assert last[1].terms["target_error_m"] < 0.8 * first[1].terms["target_error_m"]


@both
def test_the_gradient_of_the_noise_matches_finite_differences(peers: dict[str, Path], kind: str) -> None:
    from lamp.engines.objective import objective
    from lamp.problem import empty_row, stack_rows

    peer = store.load(peers[kind] / "prior")
    shape = peer.shapes()[0]
    row = empty_row(shape, ALONE)
    row["reference"][:40], row["reference_weight"][:40] = CLIP.positions_m, 1.0
    p = {k: torch.from_numpy(v) for k, v in stack_rows([row], 1).items()}
    grid = peer.grids[shape.frames]
    noise = torch.randn(1, shape.tokens, shape.latent_width, requires_grad=True)
    (gradient,) = torch.autograd.grad(objective(peer.networks, noise, p, grid)[0].sum(), noise)
    size = float(gradient.norm())
    assert size > 1e-4
    with torch.no_grad():
        way = 0.005 * gradient / size
        up, down = (float(objective(peer.networks, noise + s * way, p, grid)[0]) for s in (1, -1))
    assert (up - down) / 0.01 == pytest.approx(size, rel=0.02)


def test_mld_sees_a_short_clip_and_not_its_padding(peers: dict[str, Path]) -> None:
    planner = load_peer(peers["mld"] / "prior", 1).prior.planner
    latent = planner.latents(CLIP.positions_m)
    assert latent.shape == (1, 32)
    assert not np.allclose(latent, planner.latents(CLIP.positions_m[:30]), atol=1e-3)
    vae = store.load(peers["mld"] / "prior").networks.vae
    x, valid = torch.randn(1, 48, 137), torch.ones(1, 48)
    valid[:, 40:] = 0
    other = x.clone()
    other[:, 40:] = 9.0
    assert torch.allclose(vae.encode(x, valid).mean, vae.encode(other, valid).mean, atol=1e-5)


def test_resuming_a_finished_peer_packs_it_again(peers: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(peers["mld"], tmp_path / "mld")
    shutil.rmtree(tmp_path / "mld" / "prior")
    arguments = ["mld", "--config", str(peers["config"]), "--data", str(peers["set"]), "--out",
                 str(tmp_path / "mld"), "--steps", str(STEPS), "--resume"]  # fmt: skip
    assert main(arguments) == 0
    assert load_peer(tmp_path / "mld" / "prior", 1).key == load_peer(peers["mld"] / "prior", 1).key


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: (f / store.WEIGHTS).write_bytes(b"half"), "cannot be read"),
        (lambda f: (f / store.MANIFEST).write_text("schema: 9"), "schema 9"),
        (
            lambda f: (f / store.MANIFEST).write_text(
                (f / store.MANIFEST).read_text().replace("latent_width: 32", "latent_width: 64")
            ),
            "do not fit the architecture",
        ),
    ],
)
def test_a_damaged_peer_is_named(
    peers: dict[str, Path], tmp_path: Path, change: object, message: str
) -> None:
    shutil.copytree(peers["mld"] / "prior", tmp_path / "prior")
    change(tmp_path / "prior")  # type: ignore[operator]
    with pytest.raises(BundleError, match=message):
        load_peer(tmp_path / "prior", 1)
