"""From an EvaluationJob to the document of a job: total over every status that the resource can hold.

Every benchmark is listed from the first answer on. The SDK takes a job for finished as soon as all that are listed
have ended; EvalHub lists only those that have reported, so its users are told too early. What EvalHub has no word for
stands under `referee`, where the SDK does not look: phase, conditions, score with its interval, verdict.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from referee.api import names
from referee.gateway.evalhub.wire.benchmarks import Beside, Seen, benchmark_status, listed
from referee.gateway.evalhub.wire.config import configuration, said
from referee.gateway.evalhub.wire.messages import job_message
from referee.gateway.evalhub.wire.results import benchmark_result
from referee.gateway.evalhub.wire.scores import Score, criterion_of, job_test, score_of
from referee.gateway.evalhub.wire.states import CANCELLED, COMPLETED, FAILED, state_of
from referee.gateway.evalhub.wire.times import parsed_time, written

Document = dict[str, Any]


def from_resource(obj: Mapping[str, Any], beside: Beside | None = None, *, brief: bool = False) -> Document:
    """The document.

    Args:
        obj: the EvaluationJob.
        beside: what else is known.
        brief: without conditions and gates, as in a list.
    """
    beside = beside or Beside()
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    seen = listed(spec, status, beside)
    state = state_of(status.get("phase"))
    told = [benchmark_status(one, state, beside) for one in seen]
    revisions = {one.index: str(one.status.get("testDataRevision") or "") for one in seen}
    return {
        "resource": _resource(obj["metadata"], status),
        "status": {"state": state, "message": job_message(state, status, told), **said({"benchmarks": told})},
        "results": _results(seen, state, spec, status, beside),
        **configuration(spec, obj["metadata"]["name"], revisions),
        "referee": _ours(obj, status, brief=brief),
    }


def _resource(meta: Mapping[str, Any], status: Mapping[str, Any]) -> Document:
    owner = (meta.get("annotations") or {}).get(names.ANNOTATION_OWNER)
    return {
        "id": meta["name"],
        "tenant": meta.get("namespace", ""),
        "created_at": meta["creationTimestamp"],
        **said({"updated_at": _updated(status), "owner": owner}),
    }


def _updated(status: Mapping[str, Any]) -> str | None:
    """The latest time that status tells."""
    holders = (status, *(status.get("benchmarks") or ()), *(status.get("conditions") or ()))
    times = (holder.get(name) for holder in holders for name in ("startTime", "completionTime", "lastTransitionTime"))
    found = [moment for moment in map(parsed_time, times) if moment is not None]
    return written(max(found, default=None))


def _results(
    seen: Sequence[Seen], state: str, spec: Mapping[str, Any], status: Mapping[str, Any], beside: Beside
) -> Document:
    gates = _gates(status)
    scores: list[Score] = []
    shown: list[Document] = []
    counted: Counter[str] = Counter()
    for one in seen:
        criterion = criterion_of(one.asked)
        gate = None
        if criterion.threshold is not None:
            subject = f"benchmark {one.provider}/{one.id}"
            of_subject = gates.get(subject, [])
            gate = of_subject[counted[subject]] if counted[subject] < len(of_subject) else None
            counted[subject] += 1
        if not _has_results(one):
            continue
        score = score_of(one.index, one.status.get("primary"), criterion, gate)
        if score is not None:
            scores.append(score)
        test = score.document() if score is not None else None
        shown.append(benchmark_result(one.index, one.status, beside.results.get(one.index), test))
    plan = status.get("plan")
    criteria = (plan.get("passCriteria") if isinstance(plan, dict) else None) or spec.get("passCriteria") or {}
    test = job_test(scores, criteria.get("threshold"), len(seen)) if state == COMPLETED else None
    return said({"test": test, "benchmarks": shown})


def _has_results(one: Seen) -> bool:
    if one.state == CANCELLED:
        return bool(one.status.get("metrics"))
    return one.state in (COMPLETED, FAILED) and bool(one.status)


def _gates(status: Mapping[str, Any]) -> dict[str, list[str]]:
    """What was decided, by subject, in the order of the benchmarks."""
    decided: dict[str, list[str]] = {}
    for gate in (status.get("verdict") or {}).get("gates") or ():
        decided.setdefault(gate["subject"], []).append(gate["result"])
    return decided


def _ours(obj: Mapping[str, Any], status: Mapping[str, Any], *, brief: bool) -> Document:
    score = {
        "value": status.get("score"),
        "stderr": status.get("scoreStderr"),
        "ciLow": status.get("scoreCiLow"),
        "ciHigh": status.get("scoreCiHigh"),
    }
    verdict = status.get("verdict") or {}
    undecided = [
        {"subject": gate["subject"], "reason": gate["reason"]}
        for gate in verdict.get("gates") or ()
        if gate["result"] == "Unknown"
    ]
    kept = {name: value for name, value in verdict.items() if not brief or name != "gates"}
    more = {} if brief else {"conditions": status.get("conditions"), "uid": obj["metadata"].get("uid")}
    return said(
        {
            "phase": status.get("phase"),
            "attempt": status.get("attempt"),
            "progress": status.get("progress"),
            "score": said(score),
            "verdict": kept,
            "unknown": undecided,
            **more,
        }
    )
