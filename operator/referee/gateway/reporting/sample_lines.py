"""One line of samples: a JSON object with the sample's identity in it, everything else the adapter's own.

A list of `scores` is what evaluators made of it, and goes its own way; what stands there otherwise is part of the
record. A line that has nothing but an identity and scores touches no sample.

The identity makes a repetition an update. It is `sample_id` where there is one; else what the records of frameworks
tell samples apart by: subset, index or id, and filter. A record without any would be another sample each time it is
posted, so it is refused.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from referee.core.nesting import DEEPEST, deeper_than
from referee.gateway.errors import Malformed
from referee.gateway.reporting.score_fields import score_of
from referee.store import SampleRow, ScoreRow

_MOST_EPOCHS = 2**31 - 1
_IDENTITY = frozenset({"sample_id", "epoch"})
_ADAPTER = "adapter"
"""Whose a score is that does not say."""


async def lines_of(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[tuple[int, bytes]]:
    """Lines with their numbers, from 1; empty ones are left out.

    Raises:
        Malformed: one is longer than `limit` bytes.
    """
    rest, number = bytearray(), 0
    async for chunk in chunks:
        rest += chunk
        *whole, tail = rest.split(b"\n") if b"\n" in chunk else [rest]
        for line in whole:
            number += 1
            if len(line) > limit:
                raise _too_long(number, limit)
            if line.strip():
                yield number, bytes(line)
        rest = bytearray(tail)
        if len(rest) > limit:
            raise _too_long(number + 1, limit)
    if rest.strip():
        yield number + 1, bytes(rest)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line carries."""

    sample: SampleRow | None
    scores: Sequence[ScoreRow]


def line_of(number: int, line: bytes) -> Line:
    """The sample of a line, and its scores.

    Raises:
        Malformed: naming the line and what is wrong with it.
    """
    record = object_of(number, line)
    epoch = epoch_of(number, record)
    sample_id = _identity(number, record)
    scores: list[ScoreRow] = []
    if isinstance(given := record.get("scores"), list):
        del record["scores"]
        scores = [
            score_of(f"line {number}: scores[{place}]", sample_id, epoch, score, _ADAPTER)
            for place, score in enumerate(given)
        ]
        if record.keys() <= _IDENTITY:
            return Line(None, scores)
    record |= {"sample_id": sample_id, "epoch": epoch}
    return Line(SampleRow(sample_id, epoch, record), scores)


def object_of(number: int, line: bytes) -> dict[str, Any]:
    """The object of a line.

    Raises:
        Malformed: it is none.
    """
    try:
        record = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"line {number}: not JSON: {error}", code="invalid_json_request") from None
    if deeper_than(record):  # whoever reads it again may be able to less
        raise Malformed(f"line {number}: nested more than {DEEPEST} deep", code="invalid_json_request")
    if not isinstance(record, dict):
        raise Malformed(f"line {number}: must be an object, not {type(record).__name__}")
    return record


def epoch_of(number: int, record: Mapping[str, Any]) -> int:
    """Which epoch it is about.

    Raises:
        Malformed: none that there can be.
    """
    epoch = record.get("epoch", 1)
    if isinstance(epoch, bool) or not isinstance(epoch, int) or not 0 <= epoch <= _MOST_EPOCHS:
        raise Malformed(f"line {number}: epoch must be a whole number from 0 to 2^31-1, not {epoch!r:.80}")
    return epoch


def _identity(number: int, record: dict[str, Any]) -> str:
    if (given := record.get("sample_id")) is not None:
        parts = [given]
    else:
        which = record.get("index", record.get("id"))
        parts = [] if which is None else [record.get("subset"), which, record.get("filter")]
    texts = [str(part) for part in parts if part is not None]
    if not texts or any(isinstance(part, bool | float | dict | list) for part in parts):
        raise Malformed(f"line {number}: needs sample_id, id or index, a text or a whole number: which sample it is")
    return "/".join(texts)


def _too_long(number: int, limit: int) -> Malformed:
    return Malformed(f"line {number}: over {limit} bytes: leave out what is large, or post it as an artifact")


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON's; leave it out, or write null")
