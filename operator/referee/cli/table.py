"""The table at the end of a run, on the standard output."""

from rich.table import Table
from rich.text import Text

from referee.api.evaluationjob import EvaluationJob
from referee.api.names import ANNOTATION_MODEL_URL
from referee.cli import troubles
from referee.cli.grid import console, grid
from referee.cli.places import Place
from referee.cli.rows import rows
from referee.report import words

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
    said = words.conclusion(job.status)
    out.print(Text(said, style=_CONCLUSIONS.get(said.partition(":")[0], "bold red")), soft_wrap=True)
    if job.status.plan is not None:
        out.print(Text(f"Results: {place.results}"), soft_wrap=True)


def _title(job: EvaluationJob) -> str:
    spec = job.spec
    if spec.model is None:
        return f"{job.metadata.name}: outputs that are there already"
    called = job.metadata.annotations.get(ANNOTATION_MODEL_URL)
    address = f"{called} (--model-url; the manifest says {spec.model_url})" if called else spec.model_url
    return f"{job.metadata.name}: {spec.model_name} at {address}"


def _table(job: EvaluationJob) -> Table:
    interval = f"{100 * job.spec.confidence:g} % CI"
    first = ("evaluator", "measure") if job.spec.evaluation is not None else ("benchmark", "metric")
    missing = "unscored" if job.spec.evaluation is not None else "errors"
    table = grid(*first, "value ± stderr", interval, "n", missing, "gate", right=("n", missing))
    for row in rows(job):
        gate = Text(row.gate, style=_COLOURS.get(row.outcome or "", ""))
        cells = (row.benchmark, row.metric, row.value, row.interval, row.n, row.errors)
        table.add_row(*map(Text, cells), gate, style="dim" if row.secondary else "")
    return table
