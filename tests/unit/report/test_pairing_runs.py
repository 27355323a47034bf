"""Two runs, sample by sample: the same question is found again, and the largest fall comes first."""

import random
from typing import Any

import pytest

from referee.report.pairing import Paired, pair
from tests.unit.report.runs import records, view

Json = dict[str, Any]


def _simple(values: dict[str, float | None], key: str = "key-{}", name: str = "{}") -> list[Json]:
    return [
        {"sample_id": name.format(id_), "key": key.format(id_), "input": id_, "output": "o", "scores": [_exact(value)]}
        for id_, value in values.items()
    ]


def _exact(value: float | None) -> Json:
    outcome = "unscored" if value is None else "scored"
    return {"evaluator": "exact", "outcome": outcome, "value": value}


def _paired(here: list[Json], there: list[Json], most: int = 10) -> Paired:
    return pair(view(here), view(there), most, -1)


def test_changes_are_counted_and_regressions_kept() -> None:
    found = _paired(_simple({"a": 0, "b": 1, "c": 1, "d": 0}), _simple({"a": 1, "b": 0, "c": 1, "e": 1}))
    assert (found.matched, found.unmatched) == (3, 2)
    assert (found.improved, found.regressed, found.tied) == (1, 1, 1)
    assert [(p.here.id, p.there.id, p.change) for p in found.pairs] == [("a", "a", -1.0)]


def test_the_same_question_is_found_under_another_id() -> None:
    found = _paired(_simple({"a": 0}), _simple({"a": 1}, name="renamed-{}"))
    assert [(p.here.id, p.there.id) for p in found.pairs] == [("a", "renamed-a")]


def test_another_question_under_the_same_id_is_another_sample() -> None:
    found = _paired(_simple({"a": 0}), _simple({"a": 1}, key="other-{}"))
    assert (found.matched, found.unmatched) == (0, 2)


def test_an_unscored_sample_is_matched_and_no_regression() -> None:
    found = _paired(_simple({"a": None, "b": 1}), _simple({"a": 1, "b": 1}))
    assert (found.matched, found.incomparable, found.regressed) == (2, 1, 0)


def test_the_order_of_samples_changes_nothing() -> None:
    here, there = records(worse=9), records()
    shuffled = list(there)
    random.Random(3).shuffle(shuffled)  # noqa: S311 - an order
    one, other = _paired(here, there), _paired(here, shuffled)
    assert [p.here.id for p in one.pairs] == [p.here.id for p in other.pairs]
    assert one.regressed == other.regressed == 9


def test_only_the_largest_falls_are_kept() -> None:
    found = _paired(records(worse=9), records(), most=2)
    assert len(found.pairs) == 2
    assert found.pairs[0].change == min(p.change for p in _paired(records(worse=9), records()).pairs)


def test_the_differences_have_intervals_of_what_both_scored() -> None:
    found = _paired(records(worse=9), records())
    exact = next(metric for metric in found.metrics if metric["name"] == "exact")
    assert (exact["n"], exact["improved"], exact["regressed"], exact["tied"]) == (56, 0, 9, 47)
    assert exact["delta"] == pytest.approx(-9 / 56)
    assert exact["ciLow"] < exact["delta"] < exact["ciHigh"] < 0
    assert exact["p"] == pytest.approx(2 * 2 * 0.5**9)  # McNemar: nine, all one way; Holm: two tests


def test_epochs_of_a_sample_are_one_question() -> None:
    here = [{**r, "epoch": epoch} for r in _simple({"a": 1, "b": 0}) for epoch in (1, 2)]
    there = [{**r, "epoch": epoch} for r in _simple({"a": 1, "b": 1}) for epoch in (1, 2)]
    found = _paired(here, there)
    assert (found.matched, found.regressed, found.tied) == (2, 1, 1)
    assert [(p.here.id, p.here.epoch, p.change) for p in found.pairs] == [("b", 1, -1.0)]
