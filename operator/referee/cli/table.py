"""The table at the end of a run, on the standard output."""

from rich.table import Table
from rich.text import Text

from referee.api.evaluationjob import EvaluationJob
from referee.api.names import ANNOTATION_MODEL_URL
from referee.cli import troubles, words
from referee.cli.grid import console, grid
from referee.cli.places import Place
from referee.cli.rows import rows

_COLOURS = {"Pass": "green", "Fail": "red", "Unknown": "yellow"}
_CONCLUSIONS = {"Passed": "bold green", "Complete": "bold", "Undecided": "bold yellow"}


def print_results(job: EvaluationJob, place: Place) -> None:
    """Print a finished job."""
    out = console()
    out.print(Text(_title(job)), soft_wrap=True)
    if job.status.plan is not None:
        out.print(_table(job))
    for line in troubles.lines(job, place):
        out.print(Text(line), soft_wrap=True)
    said = words.conclusion(job)
    out.print(Text(said, style=_CONCLUSIONS.get(said.partition(":")[0], "bold red")), soft_wrap=True)
    if job.status.plan is not None:
        out.print(Text(f"Results: {place.results}"), soft_wrap=True)


def _title(job: EvaluationJob) -> str:
    model = job.spec.model
    called = job.metadata.annotations.get(ANNOTATION_MODEL_URL)
    address = f"{called} (--model-url; the manifest says {model.url})" if called else model.url
    return f"{job.metadata.name}: {model.name} at {address}"


def _table(job: EvaluationJob) -> Table:
    interval = f"{100 * job.spec.confidence:g} % CI"
    headings = ("benchmark", "metric", "value ± stderr", interval, "n", "errors", "gate")
    table = grid(*headings, right=("n", "errors"))
    for row in rows(job):
        gate = Text(row.gate, style=_COLOURS.get(row.outcome or "", ""))
        cells = (row.benchmark, row.metric, row.value, row.interval, row.n, row.errors)
        table.add_row(*map(Text, cells), gate, style="dim" if row.secondary else "")
    return table
