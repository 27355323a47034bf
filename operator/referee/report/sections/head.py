"""What stands at the top: which run this is, what came of it, and the few numbers that one came for."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from referee.api.names import ANNOTATION_MODEL_URL
from referee.api.status import EvaluationJobStatus
from referee.report import words
from referee.report.numbers import count, interval, number, percent
from referee.report.runview import RunView, mapping, number_of, objects, text_of

_TONES = {"Passed": "pass", "Failed": "fail", "Undecided": "unknown", "Complete": "plain"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One number."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The top of the page."""

    name: str
    title: str
    description: str
    model: str
    address: str
    conclusion: str
    """Passed, Failed, Undecided and so on: the first word of `sentence`."""
    sentence: str
    tone: str
    facts: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]


def head(view: RunView) -> Head:
    """The top of the page."""
    spec, model = view.spec, mapping(view.spec.get("model"))
    called = mapping(mapping(view.job.get("metadata")).get("annotations"))
    conclusion, _, sentence = _conclusion(view).partition(":")
    return Head(
        name=view.name,
        title=text_of(spec.get("displayName")) or view.name,
        description=text_of(spec.get("description")) or "",
        model=text_of(model.get("name")) or "",
        address=text_of(called.get(ANNOTATION_MODEL_URL) or model.get("url")) or "",
        conclusion=conclusion,
        sentence=sentence.strip(),
        tone=_TONES.get(conclusion, "fail"),
        facts=tuple(_facts(view)),
        tiles=tuple(_tiles(view)),
    )


def _conclusion(view: RunView) -> str:
    try:
        return words.conclusion(EvaluationJobStatus.model_validate(view.status))
    except ValidationError:
        return f"Unreadable: {view.origin} holds a status that this version of Referee does not know"


def _facts(view: RunView) -> Iterator[tuple[str, str]]:
    status = view.status
    given = (
        ("job", view.name),
        ("namespace", text_of(mapping(view.job.get("metadata")).get("namespace"))),
        ("group", text_of(view.spec.get("group"))),
        ("tags", ", ".join(str(tag) for tag in view.spec.get("tags") or ())),
        ("attempt", text_of(status.get("attempt"))),
        ("started", text_of(status.get("startTime"))),
        ("ended", text_of(status.get("completionTime"))),
        ("read from", view.origin),
    )
    yield from ((name, value) for name, value in given if value)
    tries = number_of(mapping(status.get("verdict")).get("attemptsOnSamePlan")) or 1
    if tries > 1:
        yield "tries of this very plan", count(tries)


def _tiles(view: RunView) -> Iterator[Tile]:
    status = view.status
    score = number_of(status.get("score"))
    if score is not None:
        low, high = number_of(status.get("scoreCiLow")), number_of(status.get("scoreCiHigh"))
        yield Tile("score", number(score), interval(low, high, None))
    benchmarks = objects(status.get("benchmarks"))
    for label, field in (("samples", "samples"), ("without a score", "unscored"), ("errors", "errors")):
        known = [value for b in benchmarks if (value := number_of(b.get(field))) is not None]
        if known:
            whole = sum(number_of(b.get("samples")) or 0 for b in benchmarks)
            yield Tile(
                label, count(sum(known)), "" if field == "samples" or not sum(known) else percent(sum(known), whole)
            )
    gates = objects(mapping(status.get("verdict")).get("gates"))
    if gates:
        passed = sum(gate.get("result") == "Pass" for gate in gates)
        yield Tile("gates passed", f"{passed} of {len(gates)}")
