"""Who does not want to wait for the end of a check leaves no adapter behind."""

import asyncio
import sys
from pathlib import Path

import pytest

from referee.conformance import trial
from referee.conformance.engines import AsProcess
from referee.conformance.scenarios import GOOD
from referee.conformance.trial import Subject


async def test_a_check_that_is_interrupted_ends_the_adapter(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    program = f"import os, pathlib, time; pathlib.Path({str(told)!r}).write_text(str(os.getpid())); time.sleep(600)"
    check = asyncio.create_task(trial.run(AsProcess([sys.executable, "-c", program]), Subject(), GOOD))
    async with asyncio.timeout(30):
        while not _read(told):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)

    check.cancel()
    with pytest.raises(asyncio.CancelledError):
        await check

    assert not _runs(_read(told))


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _runs(pid: str) -> bool:
    return Path("/proc", pid).exists()
