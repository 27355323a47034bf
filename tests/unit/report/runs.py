"""An evaluation that is over, as a report meets it: several evaluators, errors, slices, a baseline, hostile texts."""

import random
from collections.abc import Iterator
from typing import Any

from referee.report.runview import RunView

Json = dict[str, Any]

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "</pre></details><svg onload=document.title='owned'>",
    "<style>body{display:none}</style>",
    '"><iframe src="http://127.0.0.1:9/owned"></iframe>',
    "{{ 7 * 7 }}{% raw %}",
    "<a href=\"javascript:document.title='owned'\">look</a>",
    "]]><!--<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "\x1b]0;owned\x07\x1b[2J \u202etxet desrever\u202c \x00 \ud800",
)
"""What a model might answer to the reader of its report."""
_LANGUAGES = ("de", "en", "fr", "<b>xx</b>")
_JUDGED = {"type": "LLM", "llm": {"rubric": "Is it kind?"}}
_EVALUATORS = [
    {
        "name": "exact",
        "type": "Grader",
        "grader": {"stringCheck": {}},
        "score": {"type": "Boolean"},
        "weight": 2,
        "passCriteria": {"threshold": 0.7},
    },
    {"name": "judge", **_JUDGED, "score": {"type": "Numerical", "min": 1, "max": 5}, "weight": 1},
    {
        "name": "tone",
        **_JUDGED,
        "weight": 0,
        "score": {"type": "Categorical", "choices": [{"name": "kind"}, {"name": "rude"}]},
    },
    {
        "name": "latency",
        "type": "Grader",
        "grader": {"latency": {}},
        "weight": 0,
        "score": {"type": "Numerical", "lowerIsBetter": True},
    },
]


def records(n: int = 60, worse: int = 0, seed: int = 1) -> list[Json]:
    """Samples; the last `worse` of the good ones are answered wrongly."""
    chance = random.Random(seed)  # noqa: S311 - an example
    found = [_record(place, chance) for place in range(n)]
    good = [r for r in found if r["scores"][0].get("value") == 1]
    for record in good[len(good) - worse :]:
        record["output"], record["scores"][0]["value"] = "Vienna, I think", 0
        record["scores"][0]["explanation"] = "not the target"
    return found


def _record(place: int, chance: random.Random) -> Json:
    right = chance.random() < 0.7
    hostile = HOSTILE[place % len(HOSTILE)] if place % 4 == 0 else ""
    record: Json = {
        "sample_id": f"capital-{place:03}",
        "epoch": 1,
        "input": f"What is the capital of country {place}? {hostile}",
        "target": "Paris",
        "metadata": {"language": _LANGUAGES[place % 4]},
        "output": hostile or ("Paris" if right else "Lyon"),
        "latency": round(0.2 + chance.random() * 1.5, 3),
        "key": f"key-{place}",
    }
    if place % 15 == 14:
        record["output"] = None
        record["error"] = {"cause": "infrastructure", "message": f"503 from the model {HOSTILE[0]}"}
        record["scores"] = [_unscored("exact", "infrastructure", "no output")]
        return record
    value = chance.choice([3, 4, 5]) if right else chance.choice([1, 2])
    record["scores"] = [
        {"evaluator": "exact", "source": "adapter", "outcome": "scored", "value": float(right)},
        {
            "evaluator": "judge",
            "source": "judge",
            "outcome": "scored",
            "value": value,
            "explanation": f"It is {hostile}",
        },
        {
            "evaluator": "tone",
            "source": "judge",
            "outcome": "scored",
            "value": None,
            "label": "kind" if right else "rude",
        },
        {"evaluator": "latency", "source": "adapter", "outcome": "scored", "value": record["latency"]},
    ]
    if place % 10 == 9:
        record["scores"][1] = _unscored("judge", "evaluator", f"answered 7, which is above 5 {HOSTILE[1]}")
    return record


def _unscored(evaluator: str, cause: str, error: str) -> Json:
    return {"evaluator": evaluator, "source": "adapter", "outcome": "unscored", "cause": cause, "error": error}


def view(given: list[Json] | None = None, name: str = "capitals-v2", **spec: Any) -> RunView:
    """A run over these samples; its figures are made up and hang together with nothing."""
    samples = records() if given is None else given

    def again() -> Iterator[Json]:
        return iter(samples)

    return RunView(_job(name, spec), {0: _result()}, again, f"referee-results/{name}")


def _job(name: str, spec: Json) -> Json:
    conditions = [
        {"type": kind, "status": status, "reason": reason, "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}
        for kind, status, reason in (
            ("Finished", "True", "Completed"),
            ("Complete", "True", "Completed"),
            ("Passed", "False", "GateFailed"),
        )
    ]
    gates = [
        _gate("evaluator exact", 0.66, (0.53, 0.77), 0.7, "Fail"),
        _gate("evaluator judge", 3.4, (3.0, 3.8), 3, "Pass"),
        _gate("job", 0.64, (0.55, 0.72), 0.6, "Unknown"),
    ]
    return {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "EvaluationJob",
        "metadata": {"name": name, "namespace": "team-a", "uid": "7d0c"},
        "spec": {
            "displayName": f"Capitals, nightly {HOSTILE[0]}",
            "description": HOSTILE[1],
            "model": {"url": "http://model:8000/v1", "name": f"tiny {HOSTILE[3]}", "parameters": {"temperature": 0}},
            "group": "capitals",
            "tags": ["nightly", HOSTILE[4]],
            "baseline": {"jobRef": "capitals-v1", "maxRegression": 0.02, "test": "NonInferiority"},
            "evaluation": {"dataset": {"inline": [{"input": "?"}]}, "evaluators": _EVALUATORS},
            "confidence": 0.95,
            **spec,
        },
        "status": {
            "phase": "Completed",
            "attempt": 1,
            "startTime": "2026-01-01T00:00:00Z",
            "completionTime": "2026-01-01T00:03:20Z",
            "conditions": conditions,
            "score": 0.64,
            "scoreCiLow": 0.55,
            "scoreCiHigh": 0.72,
            "verdict": {"result": "Fail", "reason": "GateFailed", "gates": gates, "attemptsOnSamePlan": 3},
            "benchmarks": [
                {
                    "index": 0,
                    "id": "evaluation",
                    "provider": "referee_evaluators",
                    "phase": "Completed",
                    "attempt": 1,
                    "samples": 60,
                    "errors": 4,
                    "unscored": 10,
                    "resultDigest": "sha256:" + "ab" * 32,
                }
            ],
            "provenance": {
                "planDigest": "sha256:" + "cd" * 32,
                "images": ["referee.dev/x@sha256:12"],
                "operatorVersion": "0.1.0",
            },
        },
    }


def _gate(subject: str, value: float, ends: tuple[float, float], threshold: float, result: str) -> Json:
    reason = {"Pass": "ThresholdMet", "Fail": "ThresholdMissed", "Unknown": "ErrorsCouldDecide"}[result]
    return {
        "subject": subject,
        "measure": "Mean",
        "bound": "Point",
        "value": value,
        "ciLow": ends[0],
        "ciHigh": ends[1],
        "method": "Wilson",
        "n": 56,
        "threshold": threshold,
        "required": True,
        "result": result,
        "reason": reason,
    }


def _measure(what: str, value: float, low: float, high: float) -> Json:
    return {
        "measure": what,
        "value": value,
        "stderr": 0.06,
        "ciLow": low,
        "ciHigh": high,
        "method": "Wilson",
        "n": 56,
        "ifWorst": value - 0.05,
        "ifBest": value + 0.04,
    }


def _result() -> Json:
    delta = {
        "delta": -0.05,
        "ciLow": -0.11,
        "ciHigh": 0.01,
        "p": 0.11,
        "test": "NonInferiority",
        "result": "Unknown",
        "reason": "Underpowered",
        "n": 54,
        "mde": 0.09,
        "nNeeded": 700,
        "improved": 2,
        "regressed": 5,
        "tied": 47,
        "valueHere": 0.66,
        "valueThere": 0.71,
    }
    return {
        "status": "Completed",
        "evaluators": [
            {
                "name": "exact",
                "type": "Grader",
                "scoreType": "Boolean",
                "digest": "sha256:01",
                "n": 56,
                "errors": 0,
                "unscored": 4,
                "pending": 0,
                "causes": {"infrastructure": 4},
                "measures": [_measure("Mean", 0.66, 0.53, 0.77)],
            },
            {
                "name": "judge",
                "type": "LLM",
                "scoreType": "Numerical",
                "digest": "sha256:02",
                "n": 50,
                "errors": 6,
                "unscored": 10,
                "pending": 0,
                "measures": [_measure("Mean", 3.4, 3.0, 3.8), _measure("PassRate", 0.7, 0.6, 0.8)],
            },
            {
                "name": "tone",
                "type": "LLM",
                "scoreType": "Categorical",
                "n": 56,
                "errors": 0,
                "unscored": 0,
                "pending": 0,
                "measures": [],
                "distribution": {"kind": 38, "rude": 18},
            },
        ],
        "slices": [
            {
                "by": "metadata.language",
                "value": language,
                "n": 15,
                "evaluators": [
                    {"name": "exact", "measures": [_measure("Mean", value, value - 0.2, min(1, value + 0.2))]}
                ],
            }
            for language, value in zip(_LANGUAGES, (0.4, 0.8, 0.6, 0.7), strict=True)
        ],
        "comparison": {
            "baseline": "capitals-v1",
            "matched": 54,
            "unmatched": 6,
            "metrics": [{"name": "score", **delta}],
        },
        "usage": {
            "requests": 172,
            "inputTokens": 20123,
            "outputTokens": 4211,
            "cost": 0.0123,
            "cacheHits": 3,
            "estimated": True,
        },
        "datasetDigest": "sha256:" + "ef" * 32,
    }
