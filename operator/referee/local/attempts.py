"""Attempts: what a cluster keeps in a Job, its annotations and its pod, kept here per process.

Each has a fresh uid and a fresh secret, and a directory that nothing else writes to, so a process of an earlier
attempt can never report for a later one.
"""

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from referee.api.runplan import PlannedBenchmark
from referee.core.children import Child, Progress, Trouble
from referee.core.pods import Fetch, Pod
from referee.core.result import Result

RESULT_FILE = "result.json"
"""The final result as the adapter reported it: one file a child, written once."""
PARTIAL_FILE = "partial.json"


@dataclass(frozen=True, slots=True)
class Exit:
    """How a process ended."""

    code: int
    at: datetime
    message: str
    """What it left as its termination message."""


@dataclass(slots=True)
class Attempt:
    """One attempt at one benchmark. Changed by the port and by the processes, read by the planner."""

    name: str
    planned: PlannedBenchmark
    number: int
    created: datetime
    directory: Path
    uid: str = field(default_factory=lambda: str(uuid.uuid4()))
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    """The credential with which its process reports."""
    stopping: bool = False
    result: Result | None = None
    digest: str = ""
    """Of the final result."""
    partial: Result | None = None
    progress: Progress | None = None
    refused: Trouble | None = None
    """Why no process could be started."""
    sdk: bool = False
    """Its adapter is made with eval-hub-sdk."""
    fetching: bool = False
    """Its test data is being fetched, or could not be; the adapter has not started."""
    fetch: Fetch | None = None
    exit: Exit | None = None

    @property
    def alive(self) -> bool:
        """Whether its process runs, or is about to."""
        return self.exit is None and self.refused is None

    def child(self) -> Child:
        """The attempt as the planner sees it."""
        return Child(
            name=self.name,
            uid=self.uid,
            index=self.planned.index,
            attempt=self.number,
            created=self.created,
            stopping=self.stopping,
            active=self.alive,
            ended=self._ended,
            ended_at=self.exit.at if self.exit else None,
            result=self.result,
            partial=self.partial,
            progress=self.progress,
            pods=() if self.refused else (self._pod(),),
            trouble=self.refused,
            refused=self.refused,
        )

    @property
    def _ended(self) -> Literal["Complete", "Failed"] | None:
        if self.exit is None:
            return None
        return "Failed" if self.exit.code or self.stopping else "Complete"

    def _pod(self) -> Pod:
        if self.fetching:
            return Pod(self.name, "Pending" if self.exit is None else "Failed", fetch=self.fetch, sdk=self.sdk)
        if self.exit is None:
            return Pod(self.name, "Running", started=True, fetch=self.fetch, sdk=self.sdk)
        good = self.exit.code == 0
        return Pod(
            self.name,
            "Succeeded" if good else "Failed",
            started=True,
            exit_code=self.exit.code,
            exit_reason="Completed" if good else "Error",
            termination_message=self.exit.message,
            fetch=self.fetch,
            sdk=self.sdk,
        )
