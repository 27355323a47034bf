"""How each benchmark of a job stands: every one that was asked for, whoever has looked at it so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from referee.gateway.evalhub.wire.config import said
from referee.gateway.evalhub.wire.messages import benchmark_message, warning
from referee.gateway.evalhub.wire.states import (
    CANCELLED,
    COMPLETED,
    FAILED,
    OF_BENCHMARK,
    OVER,
    PARTIALLY_FAILED,
    PENDING,
    RUNNING,
)
from referee.gateway.evalhub.wire.times import parsed_time, written
from referee.gateway.reporting.wire import JOB_PHASES

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a job's document tells that its resource does not hold."""

    results: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """Full result documents, by benchmark."""
    phases: Mapping[int, str] = field(default_factory=dict)
    """What running adapters say they are at, by benchmark."""
    collection: Sequence[tuple[str, str]] = ()
    """Provider and id of the benchmarks of the job's collection, as long as there is no plan."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A benchmark, with what was asked and what came of it."""

    index: int
    provider: str
    id: str
    asked: Mapping[str, Any]
    """Its entry in the plan, else in the spec."""
    status: Mapping[str, Any]
    """Its entry in status; empty while there is none."""

    @property
    def state(self) -> str:
        """In EvalHub's words."""
        return OF_BENCHMARK.get(str(self.status.get("phase")), PENDING)


def listed(spec: Mapping[str, Any], status: Mapping[str, Any], beside: Beside) -> list[Seen]:
    """Every benchmark, by index."""
    asked = _asked(spec, status, beside)
    standing = {int(entry["index"]): entry for entry in status.get("benchmarks") or ()}
    seen = []
    for index in sorted({*range(len(asked)), *standing}):
        wanted = asked[index] if index < len(asked) else {}
        stands = standing.get(index, {})
        provider = str(stands.get("provider") or wanted.get("provider") or "")
        seen.append(Seen(index, provider, str(stands.get("id") or wanted.get("id") or ""), wanted, stands))
    return seen


def _asked(spec: Mapping[str, Any], status: Mapping[str, Any], beside: Beside) -> list[Mapping[str, Any]]:
    plan = status.get("plan")
    planned = plan.get("benchmarks") if isinstance(plan, dict) else None
    if isinstance(planned, list) and planned and all(isinstance(entry, dict) for entry in planned):
        return planned
    return spec.get("benchmarks") or [{"provider": provider, "id": id_} for provider, id_ in beside.collection]


def benchmark_status(one: Seen, job: str, beside: Beside) -> Document:
    """One entry of `status.benchmarks`."""
    full = beside.results.get(one.index)
    state = one.state
    if job in OVER and state not in OVER:
        # never looked at before the job ended: it will not be
        state = CANCELLED if job == CANCELLED else FAILED if job in (FAILED, PARTIALLY_FAILED) else COMPLETED
    return {
        "provider_id": one.provider,
        "id": one.id,
        "benchmark_index": one.index,
        "status": state,
        **said(
            {
                "phase": _phase(state, full, beside.phases.get(one.index)),
                "error_message": benchmark_message(state, one.status, full),
                "warning_message": warning(full),
                "started_at": written(parsed_time(one.status.get("startTime"))),
                "completed_at": written(parsed_time(one.status.get("completionTime"))) if state in OVER else None,
            }
        ),
    }


def _phase(state: str, full: Mapping[str, Any] | None, told: str | None) -> str | None:
    if state == COMPLETED:
        return JOB_PHASES[-1]
    if state != RUNNING:
        told = str((full or {}).get("phase", "")) if state in OVER else None
    return told if told in JOB_PHASES else None
