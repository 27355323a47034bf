"""How a run is seen while it goes on: bars on a terminal, lines anywhere else, always on the standard error.

Both show what status shows and nothing else, so that they can never disagree with what is written.
"""

import sys
import time
from types import TracebackType
from typing import Protocol, Self

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.status import TERMINAL, EvaluationJobStatus
from referee.core.notices import Notice, notices
from referee.report import words

_STEP = 10
"""Percents between two lines about one benchmark."""


class View(Protocol):
    """Something that shows a run."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        ...

    def changed(self, before: EvaluationJobStatus, job: EvaluationJob) -> None:
        """Take in a change."""
        ...

    def say(self, text: str) -> None:
        """Show a sentence."""
        ...


def told(before: EvaluationJobStatus, after: EvaluationJobStatus) -> list[Notice]:
    """What a cluster would tell as Events of the benchmarks; how the job ended is told at its end."""
    found = notices(before.model_copy(update={"conditions": []}), after.model_copy(update={"conditions": []}))
    return [notice for notice in found if notice.reason != Reason.ACCEPTED]


def view() -> View:
    """What fits where the standard error goes."""
    if sys.stderr.isatty():
        from referee.cli.bars import Bars  # noqa: PLC0415 - nobody else needs it

        return Bars()
    return Lines()


class Lines:
    """A line for each event, and one for each tenth of a benchmark."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._told: dict[tuple[int, int], int] = {}

    def __enter__(self) -> Self:
        """Nothing to begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nothing to end."""

    def changed(self, before: EvaluationJobStatus, job: EvaluationJob) -> None:
        """Tell what is new."""
        for notice in told(before, job.status):
            self.say(f"{notice.reason}: {notice.message}")
        stood = {b.index: b.phase for b in before.benchmarks}
        names = words.benchmark_names(job.status.benchmarks)
        for name, benchmark in zip(names, job.status.benchmarks, strict=True):
            if benchmark.phase == "Running" and stood.get(benchmark.index) != "Running":
                self.say(f"{name}: running" + (f", attempt {benchmark.attempt}" if benchmark.retries else ""))
            key, percent = (benchmark.index, benchmark.attempt), benchmark.percent or 0
            if benchmark.phase not in TERMINAL and percent // _STEP > self._told.get(key, 0) // _STEP:
                self._told[key] = percent
                self.say(f"{name}: {percent} % of {benchmark.samples} samples")

    def say(self, text: str) -> None:
        """Print a line with the time since the start."""
        minutes, seconds = divmod(int(time.monotonic() - self._begin), 60)
        sys.stderr.write(f"{minutes:02}:{seconds:02} {text}\n")
        sys.stderr.flush()
