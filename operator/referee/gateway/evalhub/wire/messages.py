"""What a job's document says in words, with EvalHub's own texts and codes where it has any."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from referee.api.conditions import ConditionType, Reason
from referee.gateway.evalhub.wire.states import (
    CANCELLED,
    COMPLETED,
    CREATED,
    FAILED,
    JOB_CANCELLED,
    JOB_FAILED,
    ORIGINS,
    PARTIALLY_FAILED,
    RUNNING,
    UPDATED,
    code_of,
    message,
)

Document = dict[str, Any]

_TEXTS = {
    RUNNING: "Evaluation job is running",
    COMPLETED: "Evaluation job is completed",
    FAILED: "Evaluation job is failed. \n",
    PARTIALLY_FAILED: "Some of the benchmarks failed. \n",
}
_CREATED, _CANCELLED = "Evaluation job created", "Evaluation job cancelled"
_CODED = re.compile(r"([A-Za-z0-9_.-]{1,64}): (.*)", re.DOTALL)
"""How status keeps an adapter's own code that is no word of ours."""
_TOLD_BY = {"Queued": ConditionType.QUEUED, "Suspended": ConditionType.SUSPENDED}


def job_message(state: str, status: Mapping[str, Any], benchmarks: Sequence[Document]) -> Document:
    """The message of the whole job."""
    if state == CANCELLED:
        return message(_CANCELLED, JOB_CANCELLED)
    if state not in _TEXTS:
        return message(_CREATED + _why(status), CREATED)
    if state == RUNNING:
        return message(_TEXTS[state] + _why(status), UPDATED)
    failed = [one for one in benchmarks if one["status"] == FAILED]
    if state == FAILED and not status.get("benchmarks"):
        return message(_TEXTS[FAILED] + _message(status, ConditionType.STALLED), JOB_FAILED)
    told = (f"Benchmark {one['id']} failed with message: {one['error_message']['message']}\n" for one in failed)
    return message(_TEXTS[state] + "".join(told), UPDATED)


def _why(status: Mapping[str, Any]) -> str:
    """What a job that is not over waits for; empty where there is nothing to say."""
    phase = str(status.get("phase"))
    told = _stalled(status) or _message(status, _TOLD_BY.get(phase, ConditionType.RECONCILING))
    return f". \n{told}" if told else ""


def _stalled(status: Mapping[str, Any]) -> str:
    """Why it cannot start; it waits for what it lacks, but not for ever."""
    found = _condition(status, ConditionType.STALLED)
    return str(found.get("message") or "") if found.get("status") == "True" else ""


def _message(status: Mapping[str, Any], kind: str) -> str:
    return str(_condition(status, kind).get("message") or "")


def _condition(status: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    return next((c for c in status.get("conditions") or () if c["type"] == kind), {})


def benchmark_message(state: str, status: Mapping[str, Any], full: Mapping[str, Any] | None) -> Document | None:
    """Why a benchmark failed or was cancelled; None for every other."""
    reason, said = str(status.get("reason") or ""), str(status.get("message") or "")
    if state == CANCELLED and reason in ("", Reason.CANCELLED):
        return message(_CANCELLED, JOB_CANCELLED)
    if state not in (FAILED, CANCELLED):
        return None
    if reason == Reason.ADAPTER_ERROR:
        return _of_the_adapter(said, full)
    code, origin = code_of(reason)
    return message(said or reason or "the job ended before this benchmark began", code, origin)


def _of_the_adapter(said: str, full: Mapping[str, Any] | None) -> Document:
    """In the adapter's own words: status has them in one text, the full result apart."""
    coded = _CODED.fullmatch(said)
    code, text = (coded[1], coded[2]) if coded else ("adapter_error", said)
    origin = (full or {}).get("messageOrigin")
    return message(text, code, origin if origin in ORIGINS else "adapter")


def warning(full: Mapping[str, Any] | None) -> Document | None:
    """What the adapter warned of."""
    given = (full or {}).get("warning")
    if not isinstance(given, dict):
        return None
    origin = given.get("messageOrigin")
    told = str(given.get("message", "")), str(given.get("messageCode", ""))
    return message(*told, origin if origin in ORIGINS else "runtime")
