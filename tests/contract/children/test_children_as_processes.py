"""The port over files, as `referee run` has it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from referee.api.runplan import RunPlan
from referee.core.children import progress_text
from referee.local.attempts import PARTIAL_FILE, RESULT_FILE, Attempt, Exit
from referee.local.children import LocalChildren
from tests.contract.children.cluster import PLAN
from tests.contract.children.contract import JOB, ChildrenContract, House, Json, Kept, Running


class ProcessHouse:
    """Attempts whose processes are only said to run."""

    def __init__(self, directory: Path) -> None:
        self.children = LocalChildren("default", JOB, lambda: None)
        self._directory = directory
        self._attempts: dict[str, Attempt] = {}

    async def start(self, index: int) -> Running:
        """As the launcher does it."""
        planned = RunPlan.model_validate(PLAN).benchmarks[index]
        directory = self._directory / str(len(self._attempts))
        directory.mkdir()
        attempt = Attempt(f"{JOB}-{index}", planned, 1, datetime.now(UTC), directory)
        self.children.admit(attempt)
        self._attempts[attempt.uid] = attempt
        return Running(attempt.secret, attempt.name, attempt.uid)

    async def end(self, child: Running) -> None:
        """Its process exits."""
        self._attempts[child.uid].exit = Exit(0, datetime.now(UTC), "")

    async def again(self, child: Running) -> Running:
        """Forget the attempt and start the next."""
        attempt = self._attempts[child.uid]
        self.children.forget(attempt)
        return await self.start(attempt.planned.index)

    async def kept(self, child: Running) -> Kept:
        """Files; progress has none."""
        attempt = self._attempts[child.uid]
        result, partial = (_read(attempt.directory / name) for name in (RESULT_FILE, PARTIAL_FILE))
        return Kept(result, partial, json.loads(progress_text(attempt.progress)) if attempt.progress else None)


def _read(path: Path) -> Json | None:
    return json.loads(path.read_text()) if path.exists() else None


class TestChildrenAsProcesses(ChildrenContract):
    @pytest.fixture
    def house(self, tmp_path: Path) -> House:
        return ProcessHouse(tmp_path)
