"""What code gets and gives in the sandbox, one call at a time and many at once."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from referee_evaluators.sandbox.limits import MIB, Limits
from referee_evaluators.sandbox.modules import EXTRA, STANDARD, extra_modules
from referee_evaluators.sandbox.pool import SandboxPool
from referee_evaluators.sandbox.program import Call, CodeError, Program, Returned, SandboxUnavailable
from referee_evaluators.sandbox.room import children_at_once
from tests.testbed.waiting import wait_for


@pytest.fixture
async def pool() -> AsyncIterator[SandboxPool]:
    made = SandboxPool()
    yield made
    await made.close()


async def run(pool: SandboxPool, source: str, *arguments: Any, function: str = "f", **keywords: Any) -> Returned:
    return await pool.run(Program(source, function, extra_modules(source)), Call(arguments, keywords))


async def test_the_function_gets_its_arguments_and_its_value_comes_back(pool: SandboxPool) -> None:
    source = (
        "def f(a, b, *, c):\n    print('looked at', a)\n    return {'sum': a + b['x'], 'c': [c, None, True, 0.5, 'é']}"
    )

    returned = await run(pool, source, 1, {"x": 2}, c="ü")

    assert returned.value == {"sum": 3, "c": ["ü", None, True, 0.5, "é"]}
    assert returned.printed == "looked at 1\n"
    assert 0 < returned.seconds < 10


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("__import__('decimal').Decimal('0.5')", 0.5),
        ("__import__('fractions').Fraction(1, 4)", 0.25),
        ("{'b', 'a'}", ["a", "b"]),
        ("(1, 2)", [1, 2]),
        ("None", None),
        ("10 ** 30", 10**30),
    ],
)
async def test_values_that_are_no_json_become_the_json_they_mean(
    pool: SandboxPool, expression: str, value: Any
) -> None:
    assert (await run(pool, f"def f():\n    return {expression}")).value == value


async def test_half_a_character_is_replaced(pool: SandboxPool) -> None:
    returned = await run(pool, "def f(a):\n    print(a)\n    return [a, '😀']", "x\ud83d")
    assert (returned.value, returned.printed) == (["x?", "😀"], "x?\n")
    with pytest.raises(CodeError, match=r"^ValueError: x\?\n"):
        await run(pool, "def f(a):\n    raise ValueError(a)", "x\ud83d")


async def test_classes_of_all_kinds_can_be_made(pool: SandboxPool) -> None:
    source = """
from __future__ import annotations
from dataclasses import dataclass, asdict
from enum import Enum
from typing import NamedTuple, get_type_hints

class Grade(str, Enum):
    GOOD = "good"

class Pair(NamedTuple):
    a: int
    b: Grade = Grade.GOOD

@dataclass
class Found:
    pair: Pair

def f():
    return [asdict(Found(Pair(1))), get_type_hints(Found)["pair"] is Pair, __name__]
"""
    assert (await run(pool, source)).value == [{"pair": [1, "good"]}, True, "evaluator"]


async def test_an_async_function_that_waits_for_nothing_returns(pool: SandboxPool) -> None:
    assert (await run(pool, "async def g():\n    return 2\nasync def f():\n    return await g()")).value == 2


async def test_nothing_of_a_call_is_there_in_the_next(pool: SandboxPool) -> None:
    source = "import json\nseen = []\ndef f():\n    seen.append(1)\n    json.mark = getattr(json, 'mark', 0) + 1\n"
    source += "    return [len(seen), json.mark]"
    assert [(await run(pool, source)).value for _ in range(3)] == [[1, 1]] * 3


async def test_chance_and_the_order_of_sets_are_the_same_in_every_run() -> None:
    source = "import random\ndef f(a):\n    return [random.random(), list({'x', 'y', 'z', a})]"
    found = []
    for _ in range(2):
        pool = SandboxPool()
        found.append([(await run(pool, source, a)).value for a in ("1", "2")])
        await pool.close()
    assert found[0] == found[1]
    assert found[0][0][0] != found[0][1][0]


async def test_every_module_that_is_promised_can_be_used(pool: SandboxPool) -> None:
    names = [name for name in STANDARD if name != "__future__"]
    assert (await run(pool, f"import {', '.join(names)}\ndef f():\n    return 1")).value == 1
    uses = """
import datetime, decimal, difflib, html, json, logging, re, statistics, unicodedata, urllib.parse, xml.etree.ElementTree
def f():
    logging.getLogger("x").warning("seen")
    return [
        datetime.datetime.strptime("2026-11-25", "%Y-%m-%d").isoformat(), "straße".encode("idna").decode(),
        statistics.stdev([1, 2, 3]), unicodedata.normalize("NFKC", "ﬁ"), "\\N{BULLET}".encode("utf-16-le").hex(),
        urllib.parse.quote("a b"), xml.etree.ElementTree.fromstring("<a><b>1</b></a>")[0].text, html.unescape("&amp;"),
        difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), str(decimal.Decimal(1) / 7), "İ".casefold(),
        datetime.datetime.fromtimestamp(0).isoformat(),
    ]
"""
    returned = await run(pool, uses)
    assert returned.value[0] == "2026-11-25T00:00:00"
    assert returned.value[-1] == "1970-01-01T00:00:00"
    assert returned.printed == "seen\n"


async def test_every_extra_module_can_be_used_by_who_imports_it(pool: SandboxPool) -> None:
    source = """
import numpy as np, regex
from rapidfuzz import fuzz
def f():
    a = np.arange(6).reshape(2, 3)
    return [a.mean(), np.float32(0.5), np.bool_(True), (a @ a.T).tolist(), a[0], float(np.linalg.norm(a)),
            np.random.default_rng(1).random(), fuzz.ratio("abc", "abd"), bool(regex.match(r"\\p{L}+", "é"))]
"""
    assert extra_modules(source) == EXTRA
    value = (await run(pool, source)).value
    assert value[:5] == [2.5, 0.5, True, [[5, 14], [14, 50]], [0, 1, 2]]
    with pytest.raises(CodeError, match="No module named 'numpy' in the sandbox"):
        await run(pool, "def f():\n    return __import__('numpy').pi")


async def test_code_that_cannot_be_compiled_says_so_and_spoils_nothing_else(pool: SandboxPool) -> None:
    with pytest.raises(CodeError, match="cannot be compiled: 'return' outside function"):
        await pool.run(Program("return 1", "f"), Call([], {}))
    assert (await run(pool, "def f():\n    return 1")).value == 1


async def test_a_sample_too_large_to_hand_over_is_said_to_be(pool: SandboxPool) -> None:
    with pytest.raises(CodeError, match=r"The sample has 17,.* bytes; code can take 16,777,216 at most"):
        await run(pool, "def f(a):\n    return 1", "x" * (17 << 20))
    assert (await run(pool, "def f(a):\n    return len(a)", "x" * (15 << 20))).value == 15 << 20


async def test_many_calls_at_once_get_each_its_own_answer(pool: SandboxPool) -> None:
    programs = [f"def f(a):\n    return a + {number}" for number in range(4)]
    returned = await asyncio.gather(*(run(pool, programs[a % 4], a) for a in range(64)))
    assert [one.value for one in returned] == [a + a % 4 for a in range(64)]


async def test_calls_go_on_when_the_keeper_is_killed(pool: SandboxPool) -> None:
    slow = "import time\ndef f(a):\n    time.sleep(0.5)\n    return a"
    pool.expect(Program(slow, "f"))
    await pool.start()
    waiting = [asyncio.create_task(run(pool, slow, a)) for a in range(4)]
    await until(lambda: len(_keepers()) > 1)  # itself and a child
    for pid in _keepers():
        os.kill(pid, signal.SIGKILL)
    assert [one.value for one in await asyncio.gather(*waiting)] == [0, 1, 2, 3]


async def test_nothing_is_left_when_the_pool_is_closed() -> None:
    pool = SandboxPool(Limits(seconds=60))
    waiting = asyncio.create_task(run(pool, "def f():\n    while True: pass"))
    await until(lambda: len(_keepers()) > 1)  # itself and its child
    await pool.close()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await until(lambda: not _keepers())


async def test_a_call_that_is_given_up_half_said_spoils_no_other(pool: SandboxPool) -> None:
    source = "def f(a):\n    return len(a)"
    pool.expect(Program(source, "f"))
    await pool.start()
    given_up = asyncio.create_task(run(pool, source, "x" * (12 << 20)))
    for _ in range(3):  # until some of it is sent and the keeper has not taken it all
        await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    assert [(await run(pool, source, "x" * size)).value for size in (1, 2, 3)] == [1, 2, 3]


def test_nothing_is_left_when_the_adapter_is_killed() -> None:
    script = (
        "import asyncio, os, signal\n"
        "from referee_evaluators.sandbox.pool import SandboxPool\n"
        "from referee_evaluators.sandbox.program import Call, Program\n"
        "async def main():\n"
        "    pool = SandboxPool()\n"
        "    program = Program('def f():\\n    while True: pass', 'f')\n"
        "    pool.expect(program)\n"
        "    await pool.start()\n"
        "    asyncio.create_task(pool.run(program, Call([], {})))\n"
        "    keeper = pool._links[()]._process.pid\n"
        "    while not (children := open(f'/proc/{keeper}/task/{keeper}/children').read().split()):\n"
        "        await asyncio.sleep(0.01)\n"
        "    print(keeper, *children, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=False, timeout=60)

    assert killed.returncode == -signal.SIGKILL
    left = [Path("/proc", pid) for pid in killed.stdout.split()]
    assert len(left) == 2
    wait_for(lambda: not any(_runs(process) for process in left), "keeper and child to end", 10)


async def test_without_a_sandbox_nothing_is_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho 'no such interpreter here' >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(script))
    pool = SandboxPool()
    with pytest.raises(SandboxUnavailable, match="ended while it started: no such interpreter here"):
        await run(pool, "def f():\n    return 1")
    await pool.close()


@pytest.mark.parametrize(
    ("cpu", "memory", "expected"),
    [
        ("max 100000", "max", None),
        ("100000 100000", "max", 1),
        ("150000 100000", str(8 << 30), 2),
        ("800000 100000", str(1 << 30), 2),
        ("max 100000", str(64 << 20), 1),
        ("", "", None),
    ],
)
def test_children_fit_into_the_pod(tmp_path: Path, cpu: str, memory: str, expected: int | None) -> None:
    for name, text in (("cpu.max", cpu), ("memory.max", memory)):
        if text:
            (tmp_path / name).write_text(text + "\n")
    machine = min(8, len(os.sched_getaffinity(0)))
    assert children_at_once(256 * MIB, tmp_path) == min(expected or machine, machine)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - about processes, which tell nobody
            await asyncio.sleep(0.01)


def _runs(process: Path) -> bool:
    """Not ended; one that nobody has waited for yet has."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _keepers() -> list[int]:
    """Keepers of this process and their children."""
    found = []
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = status.read_bytes()
            ours = f"\0{os.getpid()}\0".encode()
            if b"referee_evaluators.sandbox.keeper" in command and ours.strip(b"\0") in _ancestors(status.parent):
                found.append(int(status.parent.name))
        except OSError:
            continue
    return found


def _ancestors(process: Path) -> list[bytes]:
    found = []
    pid = process.name
    while pid not in ("0", "1"):
        pid = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[1]
        found.append(pid.encode())
    return found
