"""The EvaluationJob of an imported run: over, executed, and without a verdict, since nobody gave criteria.

Its status is made here and not by planning: nothing was decided step by step, and a plan that never ran must not look
like one that did. So no provider has an adapter in it, and its digest stays empty.
"""

import re
from collections.abc import Mapping
from typing import Any

from referee import __version__
from referee.api.conditions import ConditionType, Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.names import API_VERSION
from referee.api.runplan import EVALUATION, EVALUATORS_PROVIDER
from referee.core import evaluated
from referee.core.evaluation.scoretype import ScoreType
from referee.core.result import from_document
from referee.imports.imported import ImportedRun

_WHEN = "1970-01-01T00:00:00Z"
"""Of a file that does not say when it was made."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_CONDITIONS = (
    (ConditionType.RECONCILING, "False", Reason.COMPLETED),
    (ConditionType.STALLED, "False", Reason.COMPLETED),
    (ConditionType.FINISHED, "True", Reason.COMPLETED),
    (ConditionType.COMPLETE, "True", Reason.COMPLETED),
    (ConditionType.FAILED, "False", Reason.COMPLETED),
    (ConditionType.PASSED, "Unknown", Reason.NO_CRITERIA),
)


def finished_job(run: ImportedRun, digests: Mapping[str, str], result: Mapping[str, Any], uid: str) -> EvaluationJob:
    """The job with its status.

    Args:
        run: what was imported.
        digests: of its evaluators, by name.
        result: its figures.
        uid: the same each time the same run is imported.
    """
    when = run.created if run.created and _INSTANT.fullmatch(run.created) else _WHEN
    asked = [
        {"name": e.name, "type": "External", "external": {}, "score": score_wire(e.type), "weight": e.weight}
        for e in run.evaluators
    ]
    job = EvaluationJob.model_validate(
        {
            "apiVersion": API_VERSION,
            "kind": "EvaluationJob",
            "metadata": {"name": run.name, "namespace": "default", "uid": uid, "generation": 1},
            "spec": {
                "displayName": run.title,
                "description": f"{run.model}, imported from {run.tool}",
                "evaluation": {"dataset": {"posted": {}}, "generation": "External", "evaluators": asked},
            },
            "status": _status(run, asked, digests, result, when),
        }
    )
    return job.model_copy(update={"status": evaluated.of(job.status, from_document(dict(result)))})


def score_wire(type_: ScoreType) -> dict[str, Any]:
    """A score type as the resource has it."""
    fields = {"type": type_.type, "min": type_.min, "max": type_.max, "lowerIsBetter": type_.lower_is_better}
    choices = [{k: v for k, v in (("name", c.name), ("value", c.value)) if v is not None} for c in type_.choices]
    return {k: v for k, v in fields.items() if v not in (None, False)} | ({"choices": choices} if choices else {})


def _status(
    run: ImportedRun, asked: list[dict[str, Any]], digests: Mapping[str, str], result: Mapping[str, Any], when: str
) -> dict[str, Any]:
    score, counts = result.get("score") or {}, result["samples"]
    metrics = [metric for metric in result.get("metrics") or () if metric["name"] == "score"]
    planned = [entry | {"digest": digests[entry["name"]]} for entry in asked]
    benchmark = {"index": 0, "id": EVALUATION, "provider": EVALUATORS_PROVIDER}
    told = ("value", "stderr", "ciLow", "ciHigh", "method", "n")
    primary = {"name": "score"} | {k: score[k] for k in told if k in score} if "value" in score else None
    return {
        "observedGeneration": 1,
        "phase": "Completed",
        "attempt": 1,
        "startTime": when,
        "completionTime": when,
        "conditions": [
            {"type": t.value, "status": s, "reason": r.value, "message": "", "lastTransitionTime": when}
            for t, s, r in _CONDITIONS
        ],
        "plan": {
            "adapters": {},
            "benchmarks": [{**benchmark, "primaryScore": {"metric": "score", "range": [0, 1]}}],
            "evaluation": {"data": {"posted": {}}, "count": len(run.samples), "evaluators": planned},
        },
        "score": score.get("value"),
        "scoreStderr": score.get("stderr"),
        "scoreCiLow": score.get("ciLow"),
        "scoreCiHigh": score.get("ciHigh"),
        "benchmarks": [
            {
                **benchmark,
                "phase": "Completed",
                "attempt": 1,
                "completionTime": when,
                "metrics": [primary] if primary else metrics,
                "primary": primary,
                "samples": counts["total"],
                "errors": counts["errors"],
                "unscored": counts["unscored"],
            }
        ],
        "provenance": {
            "operatorVersion": __version__,
            **{name: result[name] for name in ("datasetDigest", "datasetCount")},
        },
    }
