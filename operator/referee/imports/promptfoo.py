"""Results of promptfoo, as `promptfoo eval -o results.json` writes them (version 3 of its results).

Each prompt with each provider is a run. Whether a test passed is the score; what its assertions gave stands beside it:
the score of all, and each named metric. A provider that failed is no failed test. The variables of a test are what is
asked: so two prompts can be compared, which are the same question put in other words.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from referee.core.evaluation.scoretype import ScoreType
from referee.imports.imported import (
    ImportedEvaluator,
    ImportedRun,
    ImportedSample,
    ImportedScore,
    ImportFailed,
    evaluator_name,
    job_name,
    numerical,
)

_ERROR = 2
"""`failureReason` of a test that could not be run; 1 is an assertion that failed."""
_TARGETS = ("expected", "target", "ideal", "answer")
"""Variables in which people keep what is right."""
_PASS, _SCORE = "pass", "score of the assertions"


def runs(document: Mapping[str, Any], origin: str) -> Iterator[ImportedRun]:
    """The runs of a results file.

    Raises:
        ImportFailed: it is none.
    """
    results = document.get("results")
    entries = results.get("results") if isinstance(results, dict) else None
    if not isinstance(results, dict) or not isinstance(entries, list) or not entries:
        raise ImportFailed(f"{origin}: has no results.results: give the file that `promptfoo eval -o FILE.json` writes")
    version = (document.get("metadata") or {}).get("promptfooVersion", "")
    title = str((document.get("config") or {}).get("description") or "promptfoo")
    groups: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for entry in entries:
        provider = entry.get("provider") or {}
        called = str(provider.get("label") or provider.get("id") or "model")
        groups.setdefault((int(entry.get("promptIdx") or 0), called), []).append(entry)
    prompts = {prompt for prompt, _ in groups}
    for (prompt, provider_name), given in groups.items():
        numbered = f" prompt {prompt + 1}" if len(prompts) > 1 else ""
        yield ImportedRun(
            name=job_name(title, provider_name, numbered),
            title=f"{title}{numbered}",
            model=provider_name,
            tool=f"promptfoo {version}".strip(),
            evaluators=_evaluators(given),
            samples=list(_samples(given)),
            created=results.get("timestamp"),
        )


def _evaluators(entries: list[dict[str, Any]]) -> list[ImportedEvaluator]:
    named: dict[str, list[float]] = {}
    for entry in entries:
        for name, value in (entry.get("namedScores") or {}).items():
            named.setdefault(evaluator_name(name), []).append(float(value))
    scores = [float(entry["score"]) for entry in entries if entry.get("failureReason") != _ERROR]
    return [
        ImportedEvaluator(_PASS, ScoreType("Boolean"), weight=1),
        ImportedEvaluator(_SCORE, numerical(scores)),
        *(ImportedEvaluator(name, numerical(values)) for name, values in named.items()),
    ]


def _samples(entries: list[dict[str, Any]]) -> Iterator[ImportedSample]:
    epochs: dict[int, int] = {}
    for entry in entries:
        test = int(entry.get("testIdx") or 0)
        epochs[test] = epochs.get(test, 0) + 1
        failed = entry.get("failureReason") == _ERROR
        response = entry.get("response") or {}
        variables = dict(entry.get("vars") or {})
        tokens = response.get("tokenUsage") or {}
        output = response.get("output")
        metadata = {k: v for k, v in (entry.get("metadata") or {}).items() if not k.startswith("_promptfoo")}
        yield ImportedSample(
            id=str(test),
            epoch=epochs[test],
            input=variables,
            target=next((variables[name] for name in _TARGETS if name in variables), None),
            output=None if failed or output is None else output if isinstance(output, str) else json.dumps(output),
            error=("infrastructure", str(entry.get("error") or "the provider failed")) if failed else None,
            metadata=metadata | {"prompt": (entry.get("prompt") or {}).get("raw")},
            latency=float(entry["latencyMs"]) / 1000 if "latencyMs" in entry else None,
            cost=entry.get("cost"),
            usage={"inputTokens": tokens.get("prompt") or 0, "outputTokens": tokens.get("completion") or 0},
            scores=[] if failed else list(_scores(entry)),
        )


def _scores(entry: dict[str, Any]) -> Iterator[ImportedScore]:
    grading = entry.get("gradingResult") or {}
    yield ImportedScore(_PASS, value=float(bool(entry.get("success"))), explanation=grading.get("reason"))
    parts = [_assertion(part) for part in grading.get("componentResults") or ()]
    yield ImportedScore(_SCORE, value=float(entry.get("score") or 0), explanation="\n".join(parts) or None)
    for name, value in (entry.get("namedScores") or {}).items():
        yield ImportedScore(evaluator_name(name), value=float(value))


def _assertion(part: dict[str, Any]) -> str:
    asserted = (part.get("assertion") or {}).get("type")
    return f"{'passed' if part.get('pass') else 'failed'}: {asserted}: {part.get('reason')}"
