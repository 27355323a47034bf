"""Progress bars on a terminal, one a benchmark; what deserves a sentence scrolls by above them."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from referee.api.evaluationjob import EvaluationJob
from referee.api.status import TERMINAL, BenchmarkStatus, EvaluationJobStatus
from referee.cli.progress import told
from referee.report import numbers, words

_SHOWN = 12
"""With more benchmarks than this, only those that run have a bar."""


class Bars:
    """Shows a run while it goes on."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            TimeElapsedColumn(),
            console=Console(stderr=True, highlight=False),
        )
        self._tasks: dict[int, TaskID] = {}
        self._all: TaskID | None = None

    def __enter__(self) -> Self:
        """Take the terminal's last lines."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the bars as they stand."""
        self._progress.stop()

    def changed(self, before: EvaluationJobStatus, job: EvaluationJob) -> None:
        """Move the bars, and say what is worth a sentence."""
        for notice in told(before, job.status):
            if notice.type == "Warning":
                self.say(f"{notice.reason}: {notice.message}")
        benchmarks = job.status.benchmarks
        if benchmarks and not self._tasks:
            self._add(job)
        for benchmark in benchmarks:
            self._move(benchmark, many=len(benchmarks) > _SHOWN)
        if self._all is not None and job.status.progress is not None:
            self._progress.update(self._all, completed=job.status.progress.percent, note=job.status.progress.benchmarks)

    def say(self, text: str) -> None:
        """Print above the bars."""
        self._progress.console.print(Text(text), soft_wrap=True)

    def _add(self, job: EvaluationJob) -> None:
        benchmarks = job.status.benchmarks
        for name, benchmark in zip(words.benchmark_names(benchmarks), benchmarks, strict=True):
            self._tasks[benchmark.index] = self._progress.add_task(name, total=100, start=False, note="waiting")
        if len(benchmarks) > 1:
            self._all = self._progress.add_task(job.metadata.name, total=100, note="")

    def _move(self, benchmark: BenchmarkStatus, *, many: bool) -> None:
        task = self._tasks[benchmark.index]
        if benchmark.phase == "Running":
            self._progress.start_task(task)
        over = benchmark.phase in TERMINAL
        if over:
            self._progress.stop_task(task)
        visible = benchmark.phase == "Running" or not many
        self._progress.update(task, completed=benchmark.percent or 0, note=_note(benchmark), visible=visible)


def _note(benchmark: BenchmarkStatus) -> str:
    if benchmark.phase == "Completed" and benchmark.primary:
        return f"{benchmark.primary.name} {numbers.number(benchmark.primary.value)}"
    if benchmark.phase != "Running":
        return "waiting" if benchmark.phase == "Pending" else benchmark.phase.lower()
    samples = f"{benchmark.samples} samples" if benchmark.samples else "running"
    return samples + (f", {benchmark.errors} errors" if benchmark.errors else "")
