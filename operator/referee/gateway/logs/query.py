"""What is asked of a log: EvalHub's parameters, and those of `kubectl logs` that it lacks."""

from dataclasses import dataclass

from fastapi import Request

from referee.gateway.errors import Malformed
from referee.gateway.evalhub.described import answers, extra, query
from referee.gateway.evalhub.queries import Query, query_of

_ALLOWED = ("tail_lines", "timestamps", "since_seconds", "follow", "previous")
_MOST_LINES = 10_000
_ALL = "-1"
_FLAG = {"type": "boolean"}

ASKED = extra(
    query("tail_lines", "The last of them, 1 to 10000; -1 or none: all.", {"type": "integer", "maximum": _MOST_LINES}),
    query("timestamps", "Each line begins with its time.", _FLAG),
    query("since_seconds", "Only what was written since.", {"type": "integer", "minimum": 1}),
    query("follow", "Go on until the job is over.", _FLAG),
    query("previous", "The attempt before the newest; not with follow.", _FLAG),
)
"""The parameters, for the OpenAPI document."""
DESCRIBED = answers(404) | {
    200: {"description": "The text.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}
"""The answers, for the OpenAPI document."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """The parameters of one request."""

    tail_lines: int | None = None
    """None: all of it."""
    timestamps: bool = False
    since_seconds: int | None = None
    follow: bool = False
    """Go on until the job is over."""
    previous: bool = False
    """The attempt before the newest, instead of all attempts of this run."""


def log_query(request: Request) -> LogQuery:
    """Read them.

    Raises:
        Malformed: one is not known, or has a value that it cannot have.
    """
    given = query_of(request, _ALLOWED)
    asked = LogQuery(
        tail_lines=_tail(given),
        timestamps=given.flag("timestamps") or False,
        since_seconds=given.number("since_seconds"),
        follow=given.flag("follow") or False,
        previous=given.flag("previous") or False,
    )
    if asked.since_seconds == 0:
        raise _invalid("since_seconds", "must be 1 or more", "0")
    if asked.follow and asked.previous:
        raise _invalid("follow", "does not go with previous: that attempt is over", "true")
    return asked


def index_of(text: str) -> int:
    """The benchmark's index in an address.

    Raises:
        Malformed: it is no whole number.
    """
    if not text.isascii() or not text.isdecimal():
        raise _invalid("benchmark_index", "must be a whole number from 0", text)
    return int(text)


def _tail(given: Query) -> int | None:
    text = given.text("tail_lines")
    if text in ("", _ALL):
        return None
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= _MOST_LINES:
        raise _invalid("tail_lines", f"must be 1 to {_MOST_LINES}, or -1 for all", text)
    return int(text)


def _invalid(name: str, why: str, text: str) -> Malformed:
    return Malformed(f"The parameter '{name}' {why}, not '{text[:40]}'.", code="query_parameter_invalid")
