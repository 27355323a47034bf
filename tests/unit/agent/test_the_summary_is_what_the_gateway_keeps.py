"""The agent's document of an event is the gateway's own, and short enough for a termination message."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.core.result import from_document
from referee.gateway.errors import Refusal
from referee.gateway.reporting.children import Caller, ChildRef
from referee.gateway.reporting.results import read_report
from referee_agent.events import EventError, parse
from referee_agent.settings import Job
from referee_agent.summary import short
from tests.unit.agent.world import event

OWN = Job("nightly", "frame", "sums", 2, "acc", "team-a")
CALLER = Caller(ChildRef("team-a", "nightly-2-1", "uid"), "nightly", "frame", "sums", 2, kept=frozenset({"acc"}))
KEYS = ("status", "metrics", "samples", "reason", "message", "retryable", "truncated", "completedAt")

texts = st.text(max_size=20)
numbers = st.floats() | st.integers() | st.booleans()
metrics = st.none() | st.dictionaries(texts.filter(bool), numbers | texts, max_size=5)
messages = st.none() | st.fixed_dictionaries({}, optional={"message": texts, "message_code": texts})


@given(
    status=st.sampled_from(["completed", "failed"]),
    metrics=metrics,
    message=messages,
    completed_at=st.sampled_from([None, "2026-01-02T03:04:05Z"]),
)
def test_it_is_the_same_document(
    status: str, metrics: dict[str, Any] | None, message: dict[str, str] | None, completed_at: str | None
) -> None:
    content = {"metrics": metrics, "error_message": message, "completed_at": completed_at}
    raw = json.dumps(event(status, **{key: value for key, value in content.items() if value is not None})).encode()
    try:
        final = read_report(raw, CALLER).final
    except Refusal:
        return
    own = parse(raw, "nightly", OWN).result

    assert own == (final and {key: final[key] for key in KEYS if key in final})


@given(
    metrics=st.lists(st.fixed_dictionaries({"name": st.text(min_size=1), "value": st.floats(-1, 1)}), max_size=200),
    message=st.text(max_size=9000),
    reason=st.text(max_size=9000),
    primary=st.none() | st.text(),
)
def test_it_always_fits(metrics: list[dict[str, Any]], message: str, reason: str, primary: str | None) -> None:
    result = {"status": "Completed", "metrics": metrics, "message": message, "reason": reason}

    document = short(result, primary) | {"undelivered": True}

    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
    assert len(text) <= 4096
    assert from_document(json.loads(text)).status == "Completed"
    if primary in [metric["name"] for metric in metrics]:
        assert primary in [metric["name"] for metric in document["metrics"]]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["benchmark_status_event", "status"]), inner),
)


@given(st.binary() | anything.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_posted_has_an_answer(raw: bytes) -> None:
    with pytest.raises(EventError):
        parse(raw, "nightly", OWN)
