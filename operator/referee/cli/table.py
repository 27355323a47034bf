"""The table at the end of a run, on the standard output."""

import sys
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from referee.api.evaluationjob import EvaluationJob
from referee.api.names import ANNOTATION_MODEL_URL
from referee.cli import troubles, words
from referee.cli.rows import rows

_COLOURS = {"Pass": "green", "Fail": "red", "Unknown": "yellow"}
_CONCLUSIONS = {"Passed": "bold green", "Complete": "bold", "Undecided": "bold yellow"}
_PIPED_WIDTH = 160
"""A file or a pipe has no width of its own, and a wrapped table is of no use to grep."""


def print_results(job: EvaluationJob, directory: Path) -> None:
    """Print a finished job."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    console.print(Text(_title(job)), soft_wrap=True)
    if job.status.plan is not None:
        console.print(_table(job))
    for line in troubles.lines(job, directory):
        console.print(Text(line), soft_wrap=True)
    said = words.conclusion(job)
    console.print(Text(said, style=_CONCLUSIONS.get(said.partition(":")[0], "bold red")), soft_wrap=True)
    if job.status.plan is not None:
        console.print(Text(f"Results: {troubles.shown(directory)}/"), soft_wrap=True)


def _title(job: EvaluationJob) -> str:
    model = job.spec.model
    called = job.metadata.annotations.get(ANNOTATION_MODEL_URL)
    address = f"{called} (--model-url; the manifest says {model.url})" if called else model.url
    return f"{job.metadata.name}: {model.name} at {address}"


def _table(job: EvaluationJob) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in ("benchmark", "metric", "value ± stderr", f"{100 * job.spec.confidence:g} % CI"):
        table.add_column(heading, overflow="fold")
    table.add_column("n", justify="right")
    table.add_column("errors", justify="right")
    table.add_column("gate", overflow="fold")
    for row in rows(job):
        gate = Text(row.gate, style=_COLOURS.get(row.outcome or "", ""))
        cells = (row.benchmark, row.metric, row.value, row.interval, row.n, row.errors)
        table.add_row(*map(Text, cells), gate, style="dim" if row.secondary else "")
    return table
