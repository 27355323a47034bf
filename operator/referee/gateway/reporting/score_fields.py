"""One score as it stands in a line: checked field by field, so that a fault is told with its place.

Who wrote it is not decided here: an adapter names its sources, of people the gateway knows them.
"""

import math
from collections.abc import Mapping
from typing import Any

from referee.gateway.errors import Malformed
from referee.store import OUTCOMES, ScoreRow

_SHOWN = 80
"""Characters of a wrong value in an answer."""


def score_of(where: str, sample_id: str, epoch: int, given: object, source: str) -> ScoreRow:
    """The score of an object.

    Args:
        where: for messages: `line 3: scores[0]`.
        sample_id: of which sample.
        epoch: of which of its epochs.
        given: the object.
        source: whose it is, if it does not say.

    Raises:
        Malformed: naming the field and what is wrong with it.
    """
    if not isinstance(given, dict):
        raise Malformed(f"{where}: must be an object, not {type(given).__name__}")
    outcome = given.get("outcome", "scored")
    if outcome not in OUTCOMES:
        raise Malformed(f"{where}.outcome: must be one of {', '.join(OUTCOMES)}, not {outcome!r:.{_SHOWN}}")
    votes = given.get("votes")
    if votes is not None and not isinstance(votes, list):
        raise Malformed(f"{where}.votes: must be a list, not {type(votes).__name__}")
    return ScoreRow(
        sample_id=sample_id,
        epoch=epoch,
        evaluator=_filled(where, given, "evaluator"),
        source=_filled(where, given, "source") if "source" in given else source,
        outcome=outcome,
        value=_number(where, given, "value"),
        label=_text(where, given, "label"),
        explanation=_text(where, given, "explanation"),
        votes=None if votes is None else tuple(votes),
        cause=_text(where, given, "cause"),
        error=_text(where, given, "error"),
        duration=_number(where, given, "duration"),
    )


def _filled(where: str, given: Mapping[str, Any], name: str) -> str:
    text = _text(where, given, name)
    if not text:
        raise Malformed(f"{where}.{name}: is missing: say which it is")
    return text


def _text(where: str, given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise Malformed(f"{where}.{name}: must be a text, not {value!r:.{_SHOWN}}")
    return value


def _number(where: str, given: Mapping[str, Any], name: str) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    try:
        number = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Malformed(f"{where}.{name}: must be a finite number, true or false, not {value!r:.{_SHOWN}}")
    return number
