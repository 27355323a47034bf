"""A run in one of the formats, on the standard output."""

import json
import sys
from collections.abc import Callable

from pydantic import ValidationError

from referee.api.evaluationjob import EvaluationJob
from referee.cli.places import Place
from referee.cli.remote.shapes import dump
from referee.cli.remote.tables import print_csv
from referee.cli.results import data
from referee.cli.results.asked import Asked, Format
from referee.core.export import table
from referee.core.export.junit import junit
from referee.local.errors import LocalError
from referee.report.runview import Document, RunView, sample_of, text_of
from referee.report.sections.evaluators import reported

NEED_SAMPLES: tuple[Format, ...] = ("jsonl", "csv", "junit", "html")


def show(view: RunView, asked: Asked, place: Place, against: Callable[[], RunView | None]) -> None:
    """Print the run as it is asked for; `against` finds the run beside it, for a report."""
    match asked.format:
        case "table":
            _table(view, place)
        case "json" | "yaml":
            sys.stdout.write(dump(data.merged(view), asked.format))
        case "figures":
            print_csv(data.rows(view), data.FIELDS)
        case "csv":
            _csv(view)
        case "jsonl":
            _lines(view)
        case "html":
            from referee.report.page import Bounds, render  # noqa: PLC0415 - Jinja, for this alone

            sys.stdout.write(render(view, against(), Bounds(worst=asked.worst)))
        case "junit":
            sys.stdout.writelines(junit(view.job, view.records))


def _table(view: RunView, place: Place) -> None:
    from referee.cli.slicetable import print_slices  # noqa: PLC0415 - rich, for this alone
    from referee.cli.table import print_results  # noqa: PLC0415 - the same

    print_slices(view)
    print_results(job_of(view), place)


def job_of(view: RunView) -> EvaluationJob:
    """The job as its model.

    Raises:
        LocalError: it is none that this version knows.
    """
    try:
        return EvaluationJob.model_validate(view.job)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise LocalError([f"{view.origin}: {where}: {first['msg']}; it was written by another version"]) from None


def _csv(view: RunView) -> None:
    """The columns are known only when every sample was seen: who scored what, the samples alone say."""
    told = [text_of(evaluator.get("name")) or "" for evaluator in reported(view)]
    found = {score.evaluator for sample in view.samples() for score in sample.scores}
    names = [*(name for name in told if name in found), *sorted(found.difference(told))]
    sys.stdout.write(table.header(names))
    for record in view.records():
        sys.stdout.write(table.line(_listed(record), names))


def _listed(record: Document) -> Document:
    """A framework's object of metrics as the list that evaluators' scores are."""
    scores = [{"evaluator": s.evaluator, "outcome": s.outcome, "value": s.value} for s in sample_of(record).scores]
    return record if isinstance(record.get("scores"), list) else {**record, "scores": scores}


def _lines(view: RunView) -> None:
    empty = True
    for record in view.records():
        empty = False
        sys.stdout.write(json.dumps(record, separators=(",", ":")) + "\n")
    if empty:
        sys.stderr.write(f"{view.name}: no samples are kept of it\n")
