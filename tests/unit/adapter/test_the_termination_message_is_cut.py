"""At most 4096 bytes: slices go first, then metrics beyond the primary, then the message; never the primary."""

import json
from typing import Any

import pytest

from referee_adapter.termination import cut

LIMIT = 4096


def result(metrics: int, slices: int = 0, message: str = "") -> dict[str, Any]:
    listed = [{"name": f"metric-{i:03}", "value": i / 7, "stderr": 0.01, "n": 100} for i in range(metrics)]
    return {
        "status": "Completed",
        "metrics": listed,
        "samples": {"total": 100, "scored": 100, "errors": 0, "unscored": 0},
        "slices": [{"by": "subset", "value": f"s{i}", "metrics": listed[:1]} for i in range(slices)],
        "message": message,
        "completedAt": "2026-11-25T12:00:00Z",
    }


def test_a_short_result_stays_whole() -> None:
    document = result(3, slices=2)

    assert json.loads(cut(document, None)) == document


def test_slices_go_first() -> None:
    short = json.loads(cut(result(8, slices=200), "metric-003"))

    assert "slices" not in short
    assert len(short["metrics"]) == 8
    assert short["truncated"] is True


@pytest.mark.parametrize("primary", ["metric-180", None], ids=["named", "not named"])
def test_of_many_metrics_the_primary_stays(primary: str | None) -> None:
    text = cut(result(200), primary)

    names = [metric["name"] for metric in json.loads(text)["metrics"]]
    assert len(text.encode()) <= LIMIT
    assert (primary or "metric-000") in names
    assert names[:2] == ["metric-000", "metric-001"]


def test_a_primary_without_its_filter_is_found() -> None:
    document = result(200)
    document["metrics"][150]["name"] = "acc,none"

    assert "acc,none" in cut(document, "acc,none")
    document["metrics"][150]["name"] = "acc"
    assert '"acc"' in cut(document, "acc")


@pytest.mark.parametrize("letter", ["x", "ü", "\u2028", '"', "\x01", "😀"], ids=repr)
def test_a_long_message_is_cut_last_whatever_its_characters(letter: str) -> None:
    text = cut(result(1, message=letter * 10_000), None)

    document = json.loads(text)
    assert len(text.encode()) <= LIMIT
    assert document["message"]
    assert set(document["message"]) == {letter}
    assert document["metrics"][0]["name"] == "metric-000"


def evaluation(evaluators: int) -> dict[str, Any]:
    measure = {"measure": "Mean", "value": 0.5, "stderr": 0.01, "ciLow": 0.48, "ciHigh": 0.52, "n": 1000}
    return {
        **result(1),
        "score": measure,
        "evaluators": [
            {"name": f"e{i}", "n": 1000, "measures": [measure], "distribution": {f"label {n}": n for n in range(40)}}
            for i in range(evaluators)
        ],
        "comparison": {"baseline": "before", "metrics": [{"name": f"m{i}", "delta": 0.01} for i in range(5)]},
    }


def test_of_evaluators_the_measures_stay_longest() -> None:
    short = json.loads(cut(evaluation(6), "score"))

    assert [sorted(entry) for entry in short["evaluators"]] == [["measures", "n", "name"]] * 6
    assert short["score"]["value"] == 0.5


def test_of_many_evaluators_the_first_stay() -> None:
    text = cut(evaluation(60), "score")
    short = json.loads(text)

    assert len(text.encode()) <= LIMIT
    assert [entry["name"] for entry in short["evaluators"][:3]] == ["e0", "e1", "e2"]
    assert [metric["name"] for metric in short["comparison"]["metrics"]] == ["m0"]
    assert short["metrics"] == result(1)["metrics"]
