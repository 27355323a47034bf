"""Pods of a child as they were seen: which of their containers run, how they ended, and what they left behind.

A pod has up to three that matter: the adapter, the agent that reports for it, and the init container that fetches
test data. What each says is kept apart, since the end of an adapter's log may look like anything.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from referee.api import names

_ON_THE_WAY = ("ContainerCreating", "PodInitializing", None)
"""Waiting that is no trouble."""


@dataclass(frozen=True, slots=True)
class Agent:
    """The agent beside an adapter made with eval-hub-sdk."""

    ended: bool = False
    message: str = ""
    """Its termination message: the result, as far as it fitted."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """How fetching the test data ended."""

    resolved: str = ""
    """What the source came to: a commit, an ETag, a digest."""
    failed: str | None = None
    """Why there is no data; None: there is."""
    reason: str = ""
    """The fetching program's word for it; empty where it had none."""


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod of a child."""

    name: str
    phase: str
    started: bool = False
    """The adapter container has run."""
    waiting: tuple[str, str] | None = None
    """Reason and message of a container that cannot start."""
    unschedulable: str | None = None
    exit_code: int | None = None
    exit_reason: str = ""
    """As the kubelet says: Completed, Error, OOMKilled, ..."""
    termination_message: str = ""
    evicted: str | None = None
    agent: Agent | None = None
    fetch: Fetch | None = None
    sdk: bool = False
    """Its adapter is made with eval-hub-sdk: it exits with 0 also where a report was lost, and its termination
    message is the end of its log."""

    @property
    def over(self) -> bool:
        """It has said its last word."""
        adapter = self.exit_code is not None and (self.agent is None or self.agent.ended)
        return adapter or self.evicted is not None or (self.fetch is not None and self.fetch.failed is not None)

    @property
    def result_text(self) -> str:
        """Where a result may stand that did not come home otherwise; empty: nowhere."""
        if not self.over:
            return ""
        if self.sdk:
            return self.agent.message if self.agent else ""
        return self.termination_message


def pod_from_object(pod: Mapping[str, Any]) -> Pod:
    """A pod's part in a child, from a v1 Pod."""
    status = pod.get("status") or {}
    before: list[Mapping[str, Any]] = status.get("initContainerStatuses") or []
    state = _state(status.get("containerStatuses") or (), names.ADAPTER_CONTAINER) or {}
    agent = _state(before, names.AGENT_CONTAINER)
    ended = state.get("terminated")
    scheduled: Mapping[str, Any] = next((c for c in status.get("conditions") or () if c["type"] == "PodScheduled"), {})
    return Pod(
        name=pod["metadata"]["name"],
        phase=status.get("phase", "Pending"),
        started="running" in state or ended is not None,
        waiting=_waiting([state, *(c.get("state") or {} for c in before)]),
        unschedulable=scheduled.get("message", "") if scheduled.get("reason") == "Unschedulable" else None,
        exit_code=ended.get("exitCode") if ended else None,
        exit_reason=ended.get("reason", "") if ended else "",
        termination_message=ended.get("message", "") if ended else "",
        evicted=status.get("message", "") if status.get("reason") == "Evicted" else None,
        agent=None if agent is None else _agent(agent),
        fetch=_fetch(_state(before, names.TEST_DATA_CONTAINER) or {}),
        sdk=agent is not None,
    )


def fetch_outcome(exit_code: int, message: str, reason: str = "") -> Fetch:
    """What the program that fetches test data left behind.

    Args:
        exit_code: its own.
        message: its termination message.
        reason: what the kubelet calls its end.
    """
    try:
        told = json.loads(message)
    except (ValueError, RecursionError):
        told = None
    told = told if isinstance(told, dict) else {}
    if exit_code == 0:
        return Fetch(resolved=str(told.get("resolved") or ""))
    why = str(told.get("message") or f"exit code {exit_code}{f' ({reason})' if reason else ''} and no word of why")
    return Fetch(failed=why, reason=str(told.get("reason") or ""))


def _state(statuses: Iterable[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    """The state of a container; None if the pod has none of that name."""
    return next((c.get("state") or {} for c in statuses if c["name"] == name), None)


def _waiting(states: list[Mapping[str, Any]]) -> tuple[str, str] | None:
    found = (state["waiting"] for state in states if state.get("waiting"))
    return next(((w["reason"], w.get("message", "")) for w in found if w.get("reason") not in _ON_THE_WAY), None)


def _agent(state: Mapping[str, Any]) -> Agent:
    ended = state.get("terminated")
    return Agent(ended is not None, ended.get("message", "") if ended else "")


def _fetch(state: Mapping[str, Any]) -> Fetch | None:
    ended = state.get("terminated")
    return fetch_outcome(ended.get("exitCode", 1), ended.get("message", ""), ended.get("reason", "")) if ended else None
