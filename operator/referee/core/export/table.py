"""CSV: a line for each sample, a few columns for each evaluator.

A spreadsheet takes a cell that begins with = + - @, a tab or a return for a formula, and whoever wrote the model's
answer would then run it on the reader's machine: such text begins with an apostrophe here, as OWASP advises
(https://owasp.org/www-community/attacks/CSV_Injection). Numbers of ours are no text and stay as they are.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

_COMMON = ("benchmark_index", "attempt", "sample_id", "epoch", "input", "messages", "target", "output", "error")
_LAST = ("latency", "cost", "metadata")
_OF_A_SCORE = ("", ":outcome", ":explanation", ":error")
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def header(evaluators: Sequence[str]) -> str:
    """The first line."""
    scores = [f"{name}{part}" for name in evaluators for part in _OF_A_SCORE] if evaluators else ["scores"]
    return _line([*_COMMON, *scores, *_LAST])


def line(row: Row, evaluators: Sequence[str]) -> str:
    """The line of a sample."""
    scores = row.get("scores")
    if evaluators:
        listed = scores if isinstance(scores, list) else []
        made = [cell for name in evaluators for cell in _score([s for s in listed if s.get("evaluator") == name])]
    else:
        made = [scores]
    return _line([*(row.get(name) for name in _COMMON), *made, *(row.get(name) for name in _LAST)])


def cell(value: object) -> str:
    """What stands in a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number(value)
        case str():
            return f"'{value}" if value.startswith(_BEGINS_A_FORMULA) else value
    return cell(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def number(value: float) -> str:
    """Without a fraction where there is none, and with every digit that there is."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - exact


def shown(scores: Sequence[Row]) -> str:
    """The value or label of an evaluator, of each source where there are several."""
    found = [score.get("value") if score.get("label") is None else score["label"] for score in scores]
    texts = [number(each) if isinstance(each, int | float) else str(each) for each in found if each is not None]
    return "; ".join(texts)


def _score(scores: Sequence[Row]) -> list[object]:
    if not scores:
        return ["", "", "", ""]
    one = scores[0] if len(scores) == 1 else None
    value = one.get("value") if one is not None and one.get("label") is None else None
    outcomes = dict.fromkeys(str(score.get("outcome", "scored")) for score in scores)
    texts = ("; ".join(str(s[name]) for s in scores if s.get(name)) for name in ("explanation", "error"))
    return [shown(scores) if value is None else value, "; ".join(outcomes), *texts]


def _line(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([cell(each) for each in cells])
    return text.getvalue().replace("\0", "\N{REPLACEMENT CHARACTER}")
