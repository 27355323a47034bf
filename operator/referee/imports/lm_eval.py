"""Results of lm-evaluation-harness: `results_*.json`, with the `samples_*.jsonl` that `--log_samples` puts beside it.

Each task is a run, and each of its metrics that has a value for every sample is an evaluator: `exact_match`, or
`exact_match:strict` where a task has several filters. The first of them is the score. Metrics that exist of all samples
together only (perplexity, BLEU over a corpus) stand under `reported`, as the harness computed them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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

_RIGHT_OR_WRONG = frozenset({"acc", "acc_norm", "acc_mutual_info", "exact_match", "em", "pass@1"})
_STAMP = re.compile(r"results_(?P<stamp>.+)\.json")


def runs(file: Path) -> Iterator[ImportedRun]:
    """The runs of a results file, or of the newest one of a directory.

    Raises:
        ImportFailed: it is none, or its samples are not beside it.
    """
    if file.is_dir():
        found = sorted(file.rglob("results_*.json"))
        if not found:
            raise ImportFailed(f"{file}: has no results_*.json: give the directory of `lm_eval --output_path`")
        file = found[-1]
    document = _json(file)
    results = document.get("results")
    if not isinstance(results, dict) or not results:
        raise ImportFailed(f"{file}: has no results: give a results_*.json of lm_eval")
    stamp = match["stamp"] if (match := _STAMP.fullmatch(file.name)) else ""
    for task in results:
        samples = file.with_name(f"samples_{task}_{stamp}.jsonl")
        if samples.exists():
            yield _run(task, document, _lines(samples))
        elif task not in (document.get("group_subtasks") or {}) or task in (document.get("n-samples") or {}):
            said = f"{samples}: is not there: run lm_eval with --log_samples, and keep its files together"
            raise ImportFailed(said)


def _run(task: str, document: Mapping[str, Any], lines: list[dict[str, Any]]) -> ImportedRun:
    several = len({line.get("filter") for line in lines}) > 1
    higher = (document.get("higher_is_better") or {}).get(task) or {}
    values: dict[str, list[float]] = {}
    for line in lines:
        for name, value in _scores(line, several=several):
            values.setdefault(name, []).append(value)
    evaluators = [
        ImportedEvaluator(
            name,
            numerical(
                given,
                boolean=name.partition(":")[0] in _RIGHT_OR_WRONG,
                lower_is_better=higher.get(name.partition(":")[0]) is False,
            ),
            weight=float(not place),
            definition=str((document.get("versions") or {}).get(task)),
        )
        for place, (name, given) in enumerate(values.items())
    ]
    model = str(document.get("model_name") or (document.get("config") or {}).get("model") or "")
    date = document.get("date")
    return ImportedRun(
        name=job_name(task, model.rsplit("/", 1)[-1]),
        title=task,
        model=model,
        tool=f"lm-eval {document.get('lm_eval_version') or ''}".strip(),
        evaluators=evaluators,
        samples=_samples(lines, several=several),
        reported=list(_reported(task, document)),
        created=datetime.fromtimestamp(date, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(date, float) else None,
    )


def _scores(line: dict[str, Any], *, several: bool) -> Iterator[tuple[str, float]]:
    for metric in line.get("metrics") or ():
        value = line.get(metric)
        if isinstance(value, bool | int | float):
            yield evaluator_name(f"{metric},{line.get('filter')}" if several else metric), float(value)


def _samples(lines: list[dict[str, Any]], *, several: bool) -> list[ImportedSample]:
    """One for each document; its filters are scores of the same output."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        found.setdefault(str(line.get("doc_id")), []).append(line)
    return [_sample(id_, given, several=several) for id_, given in found.items()]


def _sample(id_: str, lines: list[dict[str, Any]], *, several: bool) -> ImportedSample:
    first = lines[0]
    scores = [
        ImportedScore(name, value=value, explanation=_filtered(line))
        for line in lines
        for name, value in _scores(line, several=several)
    ]
    target = first.get("target")
    return ImportedSample(
        id=id_,
        input=_asked(first.get("arguments")),
        target=target if isinstance(target, str) else json.dumps(target),
        output=_text(first.get("resps")),
        metadata={"doc": first.get("doc")} if first.get("doc") is not None else {},
        scores=scores,
    )


def _asked(arguments: object) -> str | None:
    """The prompt of the first request; the harness writes requests as objects `gen_args_0`, or as lists."""
    while isinstance(arguments, dict | list) and arguments:
        arguments = next(iter(arguments.values())) if isinstance(arguments, dict) else arguments[0]
    return None if arguments is None else str(arguments)


def _filtered(line: dict[str, Any]) -> str | None:
    text = _text(line.get("filtered_resps"))
    return None if text is None or text == _text(line.get("resps")) else f"read as: {text}"


def _text(responses: object) -> str | None:
    while isinstance(responses, list) and len(responses) == 1:
        responses = responses[0]
    return responses if responses is None or isinstance(responses, str) else json.dumps(responses)


def _reported(task: str, document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """As the harness computed them; `exact_match,strict` has its error as `exact_match_stderr,strict`."""
    figures = document["results"][task]
    n = ((document.get("n-samples") or {}).get(task) or {}).get("effective")
    for name, value in figures.items():
        metric, comma, filter_ = name.partition(",")
        if isinstance(value, bool | str) or value is None or metric.endswith("_stderr") or not comma:
            continue
        stderr = figures.get(f"{metric}_stderr,{filter_}")
        known = {"stderr": stderr if isinstance(stderr, float) else None, "n": n}
        yield {"name": name, "value": value} | {k: v for k, v in known.items() if v is not None}


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ImportFailed(f"{file}: cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise ImportFailed(f"{file}: must be a JSON object")
    return found


def _lines(file: Path) -> list[dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except (OSError, ValueError, RecursionError) as error:
        raise ImportFailed(f"{file}: cannot be read: {error}") from None
