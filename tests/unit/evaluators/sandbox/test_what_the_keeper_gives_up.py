"""The kernel's own word on the keeper and its children, also where root started them."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from referee_evaluators.sandbox.pool import SandboxPool
from referee_evaluators.sandbox.program import Call, Program

WAITING = Program("import time\ndef f():\n    time.sleep(1000)", "f")


@pytest.fixture
async def pool() -> AsyncIterator[SandboxPool]:
    made = SandboxPool()
    made.expect(WAITING)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def held() -> Iterator[None]:
    """So many descriptors that the next one has a number above 255."""
    null = os.open(os.devnull, os.O_RDONLY)
    more = [os.dup(null) for _ in range(300)]
    yield
    for descriptor in (null, *more):
        os.close(descriptor)


async def test_keeper_and_child_are_locked_by_the_kernels_account(pool: SandboxPool) -> None:
    keeper = pool._links[()]._process.pid
    ours = _filters(os.getpid())  # a container's own
    waiting = asyncio.create_task(pool.run(WAITING, Call([], {})))
    try:
        child = await _locked_child(keeper)
        for pid, filters in ((keeper, ours + 1), (child, ours + 2)):
            status = _status(pid)
            assert status["NoNewPrivs"] == "1"
            assert (status["Seccomp"], _filters(pid)) == ("2", filters)
            assert {status[name].strip("0") for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")} == {""}
            assert status["Threads"] == "1"
        limits = dict(_limits(child))
        assert limits["Max processes"] == "0"
        assert limits["Max core file size"] == limits["Max file size"] == "0"
        assert limits["Max open files"] == "4"
        assert limits["Max cpu time"] == "11"
        assert int(limits["Max address space"]) < 512 << 20
        assert _descriptors(child) == ["0", "1", "2", "3"]
        assert _environment(keeper) == {
            *("HOME", "LANG", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED"),
            *("PYTHONPATH", "PYTHONUTF8", "TZ"),
        }
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


@pytest.mark.usefixtures("held")
async def test_a_child_has_no_descriptor_of_an_adapter_that_holds_many() -> None:
    """The keeper's socket then has a number beyond what a child closes."""
    pool = SandboxPool()
    pool.expect(WAITING)
    await pool.start()
    waiting = asyncio.create_task(pool.run(WAITING, Call([], {})))
    try:
        child = await _locked_child(pool._links[()]._process.pid)
        assert _descriptors(child) == ["0", "1", "2", "3"]
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await pool.close()


async def _locked_child(keeper: int) -> int:
    """One that has set its own filter, which is the last that it does before it runs the code."""
    async with asyncio.timeout(10):
        while not (found := [pid for pid in _children(keeper) if _filters(pid) > _filters(keeper)]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return found[0]


def _filters(pid: int) -> int:
    return int(_status(pid)["Seccomp_filters"])


def _descriptors(pid: int) -> list[str]:
    return sorted(path.name for path in Path(f"/proc/{pid}/fd").iterdir())


def _environment(pid: int) -> set[str]:
    environ = Path(f"/proc/{pid}/environ").read_text().strip("\0")
    return {line.partition("=")[0] for line in environ.split("\0")}


def _status(pid: int) -> dict[str, str]:
    lines = (line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: value.strip() for name, value in lines}


def _limits(pid: int) -> list[tuple[str, str]]:
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return [(line[:26].strip(), line[26:].split()[0]) for line in lines]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
