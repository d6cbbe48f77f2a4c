"""What processes do together: gradients of the whole batch, means, agreement, one start, draws of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")

PROCESS = """
import os
import sys
import torch
from training import distributed

world = distributed.start(torch.device("cpu"))
assert world == 2
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 3))
data = torch.randn(8, 5)
part = data[distributed.rank() * 4 : distributed.rank() * 4 + 4]
model(part).pow(2).mean().backward()
distributed.average_gradients(model.parameters(), world)
averaged = [p.grad.clone() for p in model.parameters()]
model.zero_grad()
model(data).pow(2).mean().backward()
for a, p in zip(averaged, model.parameters()):
    assert torch.allclose(a, p.grad, atol=1e-6), (a - p.grad).abs().max()

rank = distributed.rank()
assert distributed.mean({"a": torch.tensor(float(rank)), "b": torch.tensor(3.0)}) == {"a": 0.5, "b": 3.0}
assert distributed.agreed(7 + rank) == 7
distributed.check_same(model.parameters())
with torch.no_grad():
    model[0].weight += 0.01 * rank
try:
    distributed.check_same(model.parameters())
    assert rank == 0
except distributed.TrainingDiverged as error:
    assert rank == 1 and "process 1 are not those of process 0" in str(error)
distributed.as_first(model.parameters())
distributed.check_same(model.parameters())
draws = []
for step in (0, 1, 0):
    distributed.seed(torch.device("cpu"), 5, step, rank)
    draws.append(torch.rand(3))
assert torch.equal(draws[0], draws[2]) and not torch.equal(draws[0], draws[1])
first = draws[0].clone()
distributed.as_first([first])
assert torch.equal(first, draws[0]) == (rank == 0), "each process draws its own"
distributed.wait_for_all()
sys.stdout.flush()
os._exit(0)  # as training.__main__ ends
"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.mark.skipif(
    not torch.distributed.is_available() or not torch.distributed.is_gloo_available(), reason="needs gloo"
)
def test_averaged_gradients_equal_those_of_the_whole_batch(repository_dir):
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "OMP_NUM_THREADS": "1",
              "PYTHONPATH": str(repository_dir)}  # fmt: skip
    runs = [
        subprocess.Popen([sys.executable, "-c", PROCESS], env={**os.environ, **shared, "RANK": str(rank)},
                         stderr=subprocess.PIPE, text=True)
        for rank in range(2)
    ]  # fmt: skip
    try:
        for run in runs:
            _, errors = run.communicate(timeout=120)
            assert run.returncode == 0, errors
    finally:
        for run in runs:
            run.kill()


def test_one_process_changes_nothing():
    from training import distributed

    p = torch.nn.Parameter(torch.ones(2))
    p.grad = torch.tensor([1.0, 2.0])
    distributed.average_gradients([p], 1)
    assert p.grad.tolist() == [1.0, 2.0] and distributed.rank() == 0
