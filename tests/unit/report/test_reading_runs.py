"""Records of any adapter are read, whatever is wrong with them; and nothing of them ends a report."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from referee.report.page import Bounds, render
from referee.report.runview import sample_of
from tests.unit.report.runs import records, view

_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = (
    "sample_id",
    "epoch",
    "input",
    "messages",
    "target",
    "metadata",
    "output",
    "error",
    "scores",
    "latency",
    "key",
)
_SCORE = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("evaluator", "outcome", "value", "label", "explanation", "votes", "error"), _JSON)
)
_RECORDS = st.fixed_dictionaries({}, optional=dict.fromkeys(_FIELDS, _JSON) | {"scores": st.lists(_SCORE, max_size=3)})


@settings(max_examples=60, deadline=None)
@given(st.lists(_RECORDS, max_size=4))
def test_no_record_ends_a_report(given_records: list[dict[str, Any]]) -> None:
    run = view(given_records)
    page = render(run, run, Bounds(worst=3, regressed=3))
    page.encode()
    assert "<script" not in page


def test_a_whole_record_is_read() -> None:
    sample = sample_of(
        {
            "sample_id": "a",
            "epoch": 2,
            "input": {"q": 1},
            "target": "x",
            "output": "y",
            "latency": 0.5,
            "scores": [
                {"evaluator": "e", "outcome": "scored", "value": True, "explanation": "why", "votes": [1, 0, 1]}
            ],
        }
    )
    assert (sample.id, sample.epoch, sample.input, sample.output) == ("a", 2, '{"q": 1}', "y")
    (score,) = sample.scores
    assert (score.value, score.explanation, score.votes) == (1.0, "why", ("1", "0", "1"))


def test_a_record_of_the_harness_is_read() -> None:
    sample = sample_of(
        {"id": "97b9", "subset": "task", "index": 3, "filter": "letter", "input": ["ask"], "scores": {"acc": 1.0}}
    )
    assert (sample.id, sample.input, sample.scores[0].evaluator, sample.scores[0].value) == (
        "task/3/letter",
        "ask",
        "acc",
        1.0,
    )


def test_an_error_is_no_output_and_has_its_cause() -> None:
    sample = sample_of({"sample_id": "a", "output": None, "error": {"cause": "model", "message": "refused"}})
    assert (sample.output, sample.cause, sample.error) == (None, "model", "refused")


def test_what_is_not_finite_is_no_number() -> None:
    scores = [
        {"evaluator": "e", "outcome": "scored", "value": value} for value in (float("nan"), float("inf"), 10**400)
    ]
    assert [score.value for score in sample_of({"sample_id": "a", "scores": scores}).scores] == [None, None, None]


def test_the_worst_samples_come_first_and_no_more_than_are_asked_for() -> None:
    page = render(view(records(200)), bounds=Bounds(worst=7))
    assert page.count('<details class="sample">') == 7
    assert "The 7 worst of 200" in page
