"""Reading and cutting what adapters report."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.core.result import ResultError, canonical, cut, digest, from_document, from_text


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "must be a JSON object"),
        ({"status": "Done"}, "Completed or Failed"),
        ({"status": "Completed", "metrics": {}}, "metrics must be a list"),
        ({"status": "Completed", "metrics": [{"value": 1}]}, "with a name"),
        ({"status": "Completed", "metrics": [{"name": "a", "value": None}]}, "metrics[a].value"),
        ({"status": "Completed", "metrics": [{"name": "a", "value": True}]}, "metrics[a].value"),
        ({"status": "Completed", "metrics": [{"name": "a", "value": float("nan")}]}, "finite"),
        ({"status": "Completed", "metrics": [{"name": "a", "value": 1, "n": -1}]}, "metrics[a].n"),
        ({"status": "Completed", "samples": {"errors": 1.5}}, "samples.errors"),
        ({"status": "Completed", "samples": {"total": 10**20}}, "samples.total"),
        ({"status": "Completed", "metrics": [{"name": "a", "value": 10**400}]}, "metrics[a].value"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_named(document: Any, says: str) -> None:
    with pytest.raises(ResultError, match=None) as caught:
        from_document(document)
    assert says in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "exit status 1", "[" * 100_000, "9" * 5_000])
def test_text_that_is_no_json_is_no_result(text: str) -> None:
    with pytest.raises(ResultError):
        from_text(text)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    JSON_VALUES
    | st.fixed_dictionaries({"status": st.just("Completed"), "metrics": JSON_VALUES, "samples": JSON_VALUES})
)
def test_whatever_comes_is_a_result_or_a_clear_error(document: Any) -> None:
    try:
        result = from_document(document)
    except ResultError:
        return
    assert result.status in ("Completed", "Failed")


def large(metrics: int) -> dict[str, Any]:
    return {
        "status": "Completed",
        "metrics": [{"name": f"m{i}", "value": i / 7, "n": 100} for i in range(metrics)],
        "slices": [{"by": "subset", "value": str(i), "metrics": []} for i in range(500)],
        "message": "x" * 100,
    }


def test_a_result_that_fits_is_left_alone() -> None:
    document = large(1) | {"slices": []}
    assert cut(document, frozenset()) is document


def test_a_cut_keeps_gated_metrics_and_says_that_it_is_one() -> None:
    document = large(3000)
    small = cut(document, frozenset({"m2999"}), 4096)
    assert len(canonical(small)) <= 4096
    assert small["truncated"] is True
    assert small["digest"] == digest(document)
    assert "slices" not in small
    assert "m2999" in {m["name"] for m in small["metrics"]}
    assert small["metrics"][0]["name"] == "m0"


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    document = large(2)
    assert digest(document) == digest(json.loads(json.dumps(document, sort_keys=True)))


def evaluated(evaluators: int, slices: int) -> dict[str, Any]:
    measures = [{"measure": name, "value": i / 7, "ciLow": 0.1, "ciHigh": 0.9} for i, name in enumerate(MEASURES)]
    entry = {"type": "LLM", "causes": {"evaluator": 1}, "distribution": {f"label {i}": i for i in range(40)}}
    gated = [{**measures[0], "gated": True}, measures[1]]
    return {
        "status": "Completed",
        "metrics": [{"name": "score", "value": 0.5}, *({"name": f"e{i}", "value": i / 7} for i in range(evaluators))],
        "evaluators": [
            {"name": f"e{i}", **entry, "measures": gated if i == evaluators - 1 else measures}
            for i in range(evaluators)
        ],
        "score": {"value": 0.5, "n": 100},
        "slices": [
            {"by": "metadata.part", "value": str(i), "n": 3, "gated": i == 0, "evaluators": [{"name": "e0"}]}
            for i in range(slices)
        ],
        "comparison": {
            "baseline": "v1",
            "metrics": [{"name": name, "delta": 0.1} for name in ("score", *(f"e{i}" for i in range(evaluators)))],
        },
    }


MEASURES = ("Mean", "PassRate")


def test_of_an_evaluation_slices_go_first_and_no_more_of_them_than_must() -> None:
    document = evaluated(3, 500)
    small = cut(document, frozenset({"score"}), 8192)
    assert len(canonical(small)) <= 8192
    assert len(canonical(small)) > 8000
    assert small["slices"] == document["slices"][: len(small["slices"])]
    assert small["evaluators"] == document["evaluators"]


@pytest.mark.parametrize("limit", [24_000, 12_000, 6_000, 3_000])
def test_of_an_evaluation_a_cut_keeps_what_gates_need(limit: int) -> None:
    document = evaluated(32, 500)
    small = cut(document, frozenset({"score"}), limit)
    assert len(canonical(small)) <= limit
    found = from_document(small).reported
    last = found.evaluator("e31")
    assert last is not None
    assert last.measure("Mean") is not None
    assert found.slice("metadata.part", "0") is not None
    assert found.score is not None
    assert found.comparison is not None
    assert found.comparison.metrics[0].name == "score"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"evaluators": {}}, "evaluators must be a list"),
        ({"evaluators": [{"n": 1}]}, "each of evaluators must be an object with a name"),
        ({"evaluators": [{"name": "a", "n": -1}]}, "evaluators[a].n must be a whole number"),
        ({"evaluators": [{"name": "a", "measures": [{"measure": "Mean", "value": "high"}]}]}, "measures[Mean].value"),
        ({"evaluators": [{"name": "a", "causes": {"model": 0.5}}]}, "evaluators[a].causes.model"),
        ({"score": 0.5}, "score must be an object"),
        ({"slices": [{"by": "a", "score": {"ciLow": True}}]}, "slices[a].score.ciLow must be a finite number"),
        ({"comparison": {"metrics": [{"name": "score", "p": "x"}]}}, "comparison.metrics[score].p"),
        ({"usage": []}, "usage must be an object"),
        ({"samples": {"pending": -1}}, "samples.pending"),
    ],
    ids=str,
)
def test_what_is_wrong_with_figures_is_named(document: dict[str, Any], said: str) -> None:
    with pytest.raises(ResultError) as raised:
        from_document({"status": "Completed", **document})
    assert said in str(raised.value)


@given(
    st.fixed_dictionaries(
        {"status": st.just("Completed")},
        optional=dict.fromkeys(("evaluators", "score", "slices", "comparison", "usage"), JSON_VALUES),
    )
)
def test_whatever_figures_come_they_are_read_or_refused(document: Any) -> None:
    try:
        from_document(document)
    except ResultError:
        return
