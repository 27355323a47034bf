"""The table at the end of a run: every number with its uncertainty, every criterion with what came of it."""

import sys
from pathlib import Path

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from referee.api.evaluationjob import EvaluationJob
from referee.api.status import BenchmarkStatus, Gate, MetricValue
from referee.cli import words
from referee.local.resource import ANNOTATION_MODEL_URL

_COLOURS = {"Pass": "green", "Fail": "red", "Unknown": "yellow"}
_CONCLUSION_COLOURS = {"Passed": "bold green", "Complete": "bold", "Undecided": "bold yellow"}
_PIPED_WIDTH = 140
"""A file or a pipe has no width of its own; a wrapped table is of no use to grep."""


def print_results(job: EvaluationJob, directory: Path) -> None:
    """Print a finished job to the standard output."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
    console.print(_title(job))
    if job.status.benchmarks:
        console.print(Group(_table(job), Padding(_methods(job), (0, 1))))
    for line in _troubles(job, directory):
        console.print(line, soft_wrap=True)
    conclusion = words.conclusion(job)
    console.print(Text(conclusion, style=_CONCLUSION_COLOURS.get(conclusion.partition(":")[0], "bold red")), soft_wrap=True)
