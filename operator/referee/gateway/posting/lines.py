"""Lines that people post: an output, or a score, each an object that says which sample it is about.

Only what is known is taken: a misspelt field would be a score without its value. A body is taken whole or not at all,
so every fault names its line.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from referee.core.evaluation.scoretype import OutOfType
from referee.gateway.errors import Malformed
from referee.gateway.posting.awaited import Awaited, AwaitedScore
from referee.gateway.posting.known import Known
from referee.gateway.reporting.sample_lines import epoch_of, object_of
from referee.gateway.reporting.score_fields import score_of
from referee.store import SampleRow, ScoreRow

_OUTPUT = frozenset(
    ("sample_id", "epoch", "input", "messages", "target", "metadata", "output", "outputMessage", "error")
) | {"usage", "latency", "cost"}
_SCORE = frozenset(
    ("sample_id", "epoch", "evaluator", "outcome", "value", "label", "explanation", "error", "cause", "votes")
) | {"duration", "source"}
_CAUSES = ("model", "infrastructure")
_TEXTS = ("output",)
_OBJECTS = ("metadata", "outputMessage", "usage")
_RESERVED = ("adapter", "judge")
"""Sources of the run's own."""
_EXTERNAL = "external"
_HUMAN = "human:"
"""Before who labelled: whoever posts it, then whose label they say it is."""


def output_of(number: int, line: bytes, known: Known) -> SampleRow:
    """The record of a posted output, of a sample that the run can have.

    Raises:
        Malformed: naming the line, the field and what is wrong with it.
    """
    record = _known(number, object_of(number, line), _OUTPUT)
    sample_id, epoch = _sample_id(number, record), epoch_of(number, record)
    known.refuse_others(f"line {number}", sample_id, epoch)
    error = record.get("error")
    if isinstance(error, str):
        record["error"] = {"cause": "infrastructure", "message": error}
    elif error is not None and not (isinstance(error, dict) and error.get("cause") in _CAUSES):
        raise Malformed(f"line {number}: error: must be a text, or an object with cause {' or '.join(_CAUSES)}")
    if record.get("output") is None and record.get("outputMessage") is None and error is None:
        raise Malformed(f"line {number}: needs output, outputMessage or error; an empty output is an empty text")
    for names, type_, said in ((_TEXTS, str, "a text"), (_OBJECTS, dict, "an object")):
        for name in names:
            if record.get(name) is not None and not isinstance(record[name], type_):
                raise Malformed(f"line {number}: {name}: must be {said}, not {type(record[name]).__name__}")
    return SampleRow(sample_id, epoch, {**record, "epoch": epoch})


def posted_score(number: int, line: bytes, awaited: Awaited, user: str) -> ScoreRow:
    """A posted score, of an evaluator that the run has; a person's always says who posted it.

    Raises:
        Malformed: naming the line, the field and what is wrong with it.
    """
    record = _known(number, object_of(number, line), _SCORE)
    sample_id, epoch = _sample_id(number, record), epoch_of(number, record)
    where = f"line {number}"
    if not record.get("evaluator"):
        raise Malformed(f"{where}: evaluator: is missing: whose score it is")
    declared = _declared(where, awaited, str(record["evaluator"]))
    taken = {} if declared is None else _of_its_type(where, record, declared)
    row = replace(score_of(where, sample_id, epoch, record, _EXTERNAL), **taken)
    if row.outcome == "pending":
        raise Malformed(f"{where}: outcome: a score that is still pending is not posted")
    if "outcome" not in record and row.error is not None:
        row = replace(row, outcome="unscored", cause=row.cause or "evaluator")
    if row.outcome == "scored" and row.value is None and row.label is None and (declared or row.explanation is None):
        raise Malformed(f"{where}: needs value, label or error: what was made of the sample")
    if (row.error is not None or row.outcome != "scored") and (row.value is not None or row.label is not None):
        raise Malformed(f"{where}: a sample is scored, or it has an error; leave one of the two out")
    if declared is not None and declared.human:
        return replace(row, source=human_source(user, (record.get("source") or "").removeprefix(_HUMAN)))
    if row.source in _RESERVED or row.source.startswith(_HUMAN):
        raise Malformed(f"{where}: source: {row.source!r} is taken; say whose score it is, or leave it out")
    return row


def human_source(user: str, by: str = "") -> str:
    """Whose label it is: the poster's own, or somebody's for whom they post it. No two people come to the same."""
    poster = user.replace("%", "%25").replace("/", "%2F")
    return f"{_HUMAN}{poster}" if by in ("", user) else f"{_HUMAN}{poster}/{by}"


def _of_its_type(where: str, record: dict[str, Any], declared: AwaitedScore) -> dict[str, Any]:
    """The score as the evaluator's type has it, taken out of the record."""
    value, label = record.pop("value", None), record.pop("label", None)
    given = value if label is None else label
    if given is None and declared.type.type == "Comment":
        given = record.get("explanation")
    if given is None:
        return {}
    taken = declared.type.take(given)
    if isinstance(taken, OutOfType):
        raise Malformed(f"{where}: value: {taken.message}")
    return {"value": taken.value, "label": taken.label}


def _declared(where: str, awaited: Awaited, evaluator: str) -> AwaitedScore | None:
    """What the plan says of it; None: nothing, and it may all the same."""
    for score in awaited.scores:
        if score.evaluator == evaluator:
            return score
    names = ", ".join(repr(score.evaluator) for score in awaited.scores) or "none"
    if evaluator in awaited.own or evaluator.partition(".")[0] in awaited.own:
        raise Malformed(f"{where}: evaluator: {evaluator!r} is asked by the run itself; posted are scores of: {names}")
    if not awaited.open:
        raise Malformed(f"{where}: evaluator: {evaluator!r} is none of this run that is scored from outside: {names}")
    return None


def _known(number: int, record: dict[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    for name in record:
        if name not in fields:
            raise Malformed(f"line {number}: {name}: is no field of it; there are {', '.join(sorted(fields))}")
    return record


def _sample_id(number: int, record: Mapping[str, Any]) -> str:
    given = record.get("sample_id")
    if not isinstance(given, str) or not given:
        raise Malformed(f"line {number}: sample_id: is missing: a text, as the dataset has it")
    return given
