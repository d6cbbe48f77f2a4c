"""A client's answers to the golden vectors."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import numpy as np

from tests.conformance.clients import Client
from tests.conformance.golden_vectors import FILES, FOLDER


async def check(client: Client) -> int:
    """Ask everything; how many answers there were. ``AssertionError`` names the first wrong ones."""
    files = {name: json.loads((FOLDER / f"{name}.json").read_text(encoding="utf8")) for name in FILES}
    cases = [(name, case) for name, found in files.items() for case in found]
    convention, *answers = await ask(client, ["convention", *(case["ask"] for _, case in cases)])
    count, wrong = 0, []
    for (name, case), answer in zip(cases, answers, strict=True):
        preset = case["ask"].split()[1] if name == "axes" else convention
        if answer is None and preset != convention:
            continue  # a client must know its own engine's axes only
        count += 1
        if not same(case, answer):
            wrong.append(f"{case['ask']}: {answer}, not {case['answer']}")
    assert not wrong, f"{len(wrong)} of {count} answers are wrong:\n    " + "\n    ".join(wrong[:10])
    return count


async def ask(client: Client, lines: list[str]) -> list[Any]:
    """One answer a line."""
    process = await asyncio.create_subprocess_exec(
        *client.command, "vectors", cwd=client.folder, env=client.environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            out, errors = await process.communicate("".join(f"{line}\n" for line in lines).encode())
    except TimeoutError:
        process.kill()
        raise AssertionError("the program did not answer golden vectors within 60 s") from None
    answers = [json.loads(line) for line in out.splitlines()]
    assert process.returncode == 0 and len(answers) == len(lines), (
        f"{len(answers)} answers to {len(lines)} questions, exit status {process.returncode}: "
        f"{errors.decode(errors='replace')[-1000:]}"
    )
    return answers


def same(case: dict[str, Any], answer: Any) -> bool:
    """Whether an answer is right, to single precision; rotations of either sign, some within ``degrees``."""
    wanted = case["answer"]
    if isinstance(wanted, bool):
        return answer is wanted
    if isinstance(wanted, dict):
        numbers = ("x", "angle")
        return (
            isinstance(answer, dict)
            and all(abs(answer[k] - wanted[k]) < 2e-4 for k in numbers)
            and all(answer[k] == wanted[k] for k in wanted if k not in numbers)
        )
    if answer is None or np.shape(answer) != np.shape(wanted) or not np.isfinite(answer).all():
        return False
    if np.shape(wanted) == (4,):
        dot = min(abs(float(np.dot(wanted, answer))), 1.0)
        off = 2 * math.acos(dot) if dot < 0.999 else 2 * math.asin(min(_apart(wanted, answer) / 2, 1.0))
        return math.degrees(off) <= case.get("degrees", 0.01)
    return bool(np.allclose(answer, wanted, rtol=1e-6, atol=1e-5))


def _apart(a: Any, b: Any) -> float:
    a, b = np.array(a), np.array(b)
    return float(min(np.linalg.norm(a - b), np.linalg.norm(a + b)))
