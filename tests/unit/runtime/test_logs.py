import json
import logging
from typing import Any

import pytest

from referee.runtime.logs import JsonFormatter, TextFormatter, redact


def record(message: str, *args: object, error: bool = False, **facts: Any) -> logging.LogRecord:
    made = logging.LogRecord("referee.runtime.reconcile", logging.INFO, "reconcile.py", 1, message, args, None)
    vars(made).update(facts)
    if error:
        made.exc_info = (ValueError, ValueError("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"), None)
    return made


def test_a_json_line_has_its_facts_as_fields() -> None:
    line = json.loads(JsonFormatter().format(record("reconciled", key=("ns", "a"), writes=2, seconds=0.012)))

    assert line.pop("ts").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "referee.runtime.reconcile",
        "msg": "reconciled",
        "key": "ns/a",
        "writes": 2,
        "seconds": 0.012,
    }


def test_an_exception_stays_on_the_line_and_without_its_token() -> None:
    text = JsonFormatter().format(record("failed", error=True))

    assert "\n" not in text
    assert "ValueError: token [redacted]" in json.loads(text)["error"]


def test_what_json_does_not_know_is_written_as_text() -> None:
    assert json.loads(JsonFormatter().format(record("x", what={1})))["what"] == "{1}"


def test_text_is_for_people() -> None:
    assert (
        TextFormatter()
        .format(record("lost %s", "it", key=("ns", "a")))
        .endswith("INFO    referee.runtime.reconcile: lost it key=ns/a")
    )


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [redacted]"),
        ("jwt eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.sig here", "jwt [redacted] here"),
        ("postgresql://me:hunter2@db/x", "postgresql://me:[redacted]@db/x"),
        ("http://model:8000/v1 answered", "http://model:8000/v1 answered"),
        ("the bearer of news", "the bearer of news"),
    ],
)
def test_credentials_never_reach_the_log(text: str, clean: str) -> None:
    assert redact(text) == clean
