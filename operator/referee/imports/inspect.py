"""Logs of Inspect (inspect_ai) as JSON. A log in its own binary form is converted by the program that wrote it.

Each scorer is an evaluator; a scorer that gives several values is one for each. Letters are what Inspect's own
`value_to_float` makes of them: C is 1, P one half, I and N are 0. The scorer of the log's headline is the score.
"""

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
    labels,
    numerical,
)

_LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
_WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}


def runs(document: Mapping[str, Any], origin: str) -> Iterator[ImportedRun]:
    """The run of a log.

    Raises:
        ImportFailed: it is none, or one without samples.
    """
    about, samples = document.get("eval"), document.get("samples")
    if not isinstance(about, dict) or "version" not in document:
        raise ImportFailed(f"{origin}: is no log of Inspect: give one that `inspect eval --log-format json` wrote")
    if not isinstance(samples, list) or not samples:
        said = f"{origin}: has no samples, status {document.get('status')}"
        raise ImportFailed(f"{said}: give a log of a whole run, not its header")
    task, model = str(about.get("task") or "inspect"), str(about.get("model") or "")
    values = _values(samples)
    headline = ((document.get("results") or {}).get("headline") or {}).get("score")
    first = evaluator_name(str(headline)) if headline else next(iter(values), "")
    yield ImportedRun(
        name=job_name(task, model),
        title=task,
        model=model,
        tool=f"inspect {(about.get('packages') or {}).get('inspect_ai', '')}".strip(),
        evaluators=[
            ImportedEvaluator(name, _type(given), weight=float(name.partition(".")[0] == first))
            for name, given in values.items()
        ],
        samples=[_sample(sample) for sample in samples],
        reported=list(_reported(document.get("results") or {})),
        created=about.get("created"),
    )


def _values(samples: list[dict[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for sample in samples:
        for name, value, _ in _given(sample):
            found.setdefault(name, []).append(value)
    return found


def _given(sample: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for scorer, score in (sample.get("scores") or {}).items():
        value, name = score.get("value"), evaluator_name(scorer)
        if isinstance(value, dict):
            for key, part in value.items():
                yield f"{name}.{evaluator_name(key)}", part, score
        else:
            yield name, value, score


def _type(values: list[Any]) -> ScoreType:
    numbers = [number for value in values if (number := _number(value)) is not None]
    if len(numbers) < len([value for value in values if value is not None]):
        return labels([str(value) for value in values if value is not None])
    declared = all(isinstance(value, bool) or value in ("C", "I", "N") for value in values if value is not None)
    return numerical(numbers, boolean=declared)


def _number(value: object) -> float | None:
    if isinstance(value, str):
        if value in _LETTERS:
            return _LETTERS[value]
        return _WORDS.get(value.lower())
    return float(value) if isinstance(value, int | float) and value == value else None  # noqa: PLR0124 - NaN


def _sample(sample: dict[str, Any]) -> ImportedSample:
    asked, failed = sample.get("input"), sample.get("error")
    answer = sample.get("output") or {}
    usages = [usage for usage in (sample.get("model_usage") or {}).values() if isinstance(usage, dict)]
    scores = [_score(name, value, score) for name, value, score in _given(sample)]
    return ImportedSample(
        id=str(sample.get("id")),
        epoch=int(sample.get("epoch") or 1),
        input=asked if isinstance(asked, str) else None,
        messages=[_message(m) for m in asked] if isinstance(asked, list) else None,
        target=sample.get("target"),
        output=None if failed else str(answer.get("completion") or ""),
        error=("model", str(failed.get("message") or failed)[:2000]) if isinstance(failed, dict) else None,
        metadata=dict(sample.get("metadata") or {}),
        latency=answer.get("time"),
        usage={
            name: sum(int(usage.get(key) or 0) for usage in usages)
            for name, key in (("inputTokens", "input_tokens"), ("outputTokens", "output_tokens"))
        },
        scores=[] if failed and not scores else scores,
    )


def _message(message: dict[str, Any]) -> dict[str, Any]:
    return {"role": message.get("role"), "content": message.get("content")}


def _score(name: str, value: Any, score: dict[str, Any]) -> ImportedScore:  # noqa: ANN401 - any JSON value
    explanation, number = score.get("explanation"), _number(value)
    if value is None or (number is None and not isinstance(value, str)):
        said = f"the scorer gave {value!r:.80}, which is no score"
        return ImportedScore(name, "unscored", explanation=explanation, cause="evaluator", error=said)
    label = value if isinstance(value, str) and number is None else None
    return ImportedScore(name, value=number, label=label, explanation=explanation)


def _reported(results: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for scorer in results.get("scores") or ():
        metrics = scorer.get("metrics") or {}
        stderr = (metrics.get("stderr") or {}).get("value")
        for name, metric in metrics.items():
            if name != "stderr" and isinstance(metric.get("value"), int | float):
                told = {"name": f"{scorer.get('name')} {name}", "value": metric["value"]}
                n = scorer.get("scored_samples")
                yield told | {k: v for k, v in (("stderr", stderr), ("n", n)) if v is not None}
