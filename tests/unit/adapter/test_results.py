"""A result says what is known and nothing that JSON has no word for."""

import json
import math
from pathlib import Path

import pytest

from referee_adapter import Credentials, Metric, Result, SampleCounts, SampleWriter, Slice

COUNTS = SampleCounts(total=100, scored=97, errors=2)


def test_a_result_travels_with_what_is_known() -> None:
    metrics = [Metric("acc", 0.35, stderr=0.05, n=97, type="Boolean"), Metric("bleu", 12.5)]
    result = Result.completed(metrics, COUNTS, [Slice("subset", "math", (Metric("acc", 0.5, n=4),))])

    document = json.loads(json.dumps(result.wire()))

    assert document.pop("completedAt").endswith("Z")
    assert document == {
        "status": "Completed",
        "metrics": [
            {"name": "acc", "value": 0.35, "stderr": 0.05, "n": 97, "type": "Boolean"},
            {"name": "bleu", "value": 12.5, "type": "Numerical"},
        ],
        "samples": {"total": 100, "scored": 97, "errors": 2, "unscored": 3},
        "slices": [
            {
                "by": "subset",
                "value": "math",
                "metrics": [{"name": "acc", "value": 0.5, "n": 4, "type": "Numerical"}],
            }
        ],
    }


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_metric_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="'acc'"):
        Metric("acc", value)


@pytest.mark.parametrize("stderr", [math.nan, -0.1])
def test_a_standard_error_that_cannot_be_is_refused(stderr: float) -> None:
    with pytest.raises(ValueError, match="stderr"):
        Metric("acc", 0.5, stderr=stderr)


def test_a_metric_over_no_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="rests on 0 samples"):
        Metric("acc", 0.0, n=0)


@pytest.mark.parametrize("names", [[], ["acc", "acc"]], ids=["none", "twice the same"])
def test_a_result_without_distinct_metrics_is_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match="a result needs metrics"):
        Result.completed([Metric(name, 0.5) for name in names], COUNTS)


def test_a_failure_says_why_and_whether_to_try_again() -> None:
    document = Result.failed("ModelUnreachable", "nobody listens", retryable=True).wire()

    assert document["status"] == "Failed"
    assert (document["reason"], document["message"], document["retryable"]) == (
        "ModelUnreachable",
        "nobody listens",
        True,
    )


def test_samples_are_whole_lines_of_plain_json(tmp_path: Path) -> None:
    path = tmp_path / "data" / "samples.jsonl"
    with SampleWriter(path, Credentials().redact) as writer:
        writer.write({"score": math.nan, "target": "Zürich\n", "set": ("a", {"b": math.inf})})
        writer.write({"other": Path("/x")})

    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == [{"score": None, "target": "Zürich\n", "set": ["a", {"b": None}]}, {"other": "/x"}]


def test_an_evaluation_may_wait_for_all_its_scores() -> None:
    counts = SampleCounts(total=10, scored=4, errors=1, unscored=1, pending=5)
    result = Result.of_evaluation(
        [], counts, {"evaluators": [{"name": "tone", "pending": 5}], "datasetDigest": "sha256:0"}
    )

    document = result.wire()

    assert document["status"] == "Completed"
    assert document["metrics"] == []
    assert document["samples"] == {"total": 10, "scored": 4, "errors": 1, "unscored": 1, "pending": 5}
    assert document["evaluators"] == [{"name": "tone", "pending": 5}]
    assert document["datasetDigest"] == "sha256:0"


def test_what_is_said_besides_replaces_nothing() -> None:
    document = Result.of_evaluation([], COUNTS, {"status": "Failed", "samples": {}}).wire()

    assert document["status"] == "Completed"
    assert document["samples"]["total"] == 100
