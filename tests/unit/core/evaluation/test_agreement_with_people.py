from typing import Any

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

from referee.core.evaluation.agreeing import agreement_of
from referee.core.evaluation.scoretype import Choice, ScoreType
from tests.unit.core.evaluation.runs import BOOLEAN, JUDGE, PENDING, TONE, Bad, Criterion, Evaluator, Run, entry

LABELS = ScoreType("Categorical", choices=(Choice("a"), Choice("b"), Choice("c")))


def agreement(type_: ScoreType, judge: list[Any], people: list[Any], epochs: int = 1) -> dict[str, Any]:
    run = Run(
        [Evaluator("judge", type_), Evaluator("people", type_)], {"judge": judge, "people": people}, epochs=epochs
    )
    return agreement_of(run.table(), "judge", "people", 0.95)


def value(found: dict[str, Any], name: str) -> Any:
    return next(m for m in found["measures"] if m["measure"] == name)["value"]


def test_only_what_both_scored_is_compared() -> None:
    judge = [True, False, True, Bad(), True, True]
    people = [True, True, True, True, PENDING, None]
    found = agreement(BOOLEAN, judge, people)
    assert (found["with"], found["n"]) == ("people", 3)
    assert value(found, "Raw") == 2 / 3


def test_of_true_and_false() -> None:
    judge = [True] * 40 + [False] * 10 + [True] * 5 + [False] * 45
    people = [True] * 50 + [False] * 50
    found = agreement(BOOLEAN, judge, people)
    assert value(found, "Kappa") == pytest.approx(cohen_kappa_score(judge, people))
    assert (value(found, "TruePositiveRate"), value(found, "TrueNegativeRate")) == (0.8, 0.9)
    assert all("ciLow" in measure for measure in found["measures"])


def test_far_apart_is_worse_where_there_is_an_order() -> None:
    judge, people = [1, 2, 3, 4, 5, 5, 4, 1] * 5, [1, 2, 3, 4, 4, 1, 4, 2] * 5
    found = agreement(JUDGE, judge, people)
    assert value(found, "Kappa") == pytest.approx(cohen_kappa_score(judge, people, weights="quadratic"))
    alpha = krippendorff.alpha(np.array([judge, people]), level_of_measurement="interval")
    assert value(found, "Alpha") == pytest.approx(alpha)


def test_labels_without_values_have_no_order() -> None:
    judge, people = ["a", "b", "c", "a"] * 5, ["a", "b", "a", "c"] * 5
    found = agreement(LABELS, judge, people)
    assert value(found, "Kappa") == pytest.approx(cohen_kappa_score(judge, people))
    numbered = [[("abc").index(label) for label in labels] for labels in (judge, people)]
    alpha = krippendorff.alpha(np.array(numbered), level_of_measurement="nominal")
    assert value(found, "Alpha") == pytest.approx(alpha)


def test_labels_with_values_have_one() -> None:
    judge, people = ["rude", "plain", "kind", "kind"] * 5, ["rude", "kind", "kind", "rude"] * 5
    worth = {"rude": 0, "plain": 1, "kind": 2}
    numbers = [[worth[label] for label in labels] for labels in (judge, people)]
    found = agreement(TONE, judge, people)
    assert value(found, "Kappa") == pytest.approx(cohen_kappa_score(*numbers, weights="quadratic"))


def test_epochs_of_a_sample_give_no_interval() -> None:
    found = agreement(BOOLEAN, [[True, False]] * 20, [[True, True]] * 20, epochs=2)
    assert found["n"] == 40
    assert not any("ciLow" in measure for measure in found["measures"])


def test_it_stands_where_a_criterion_asks_for_it() -> None:
    asked = Criterion(require_agreement={"measure": "Kappa", "min": 0.6, "with": "people"})
    evaluators = [Evaluator("judge", criteria=asked), Evaluator("people")]
    found = Run(evaluators, {"judge": [True, False], "people": [True, False]}).document()
    assert entry(found, "judge")["agreement"]["with"] == "people"
    assert "agreement" not in entry(found, "people")
    missing = [Evaluator("judge", criteria=asked)]
    assert entry(Run(missing, {"judge": [True]}).document(), "judge")["agreement"] == {}
