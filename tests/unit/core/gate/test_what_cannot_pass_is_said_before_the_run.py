from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.api.benchmark import PassCriteria, PrimaryScore
from referee.api.provider import CatalogueMetric
from referee.api.runplan import PlannedBenchmark
from referee.core.cannot_pass import cannot_pass
from referee.core.gate import Rules, decide
from tests.unit.core.score.building import mean, share


def plan(metric: dict[str, Any], *, lower: bool = False, **criteria: Any) -> PlannedBenchmark:
    entry = CatalogueMetric.model_validate({"name": "m", **metric})
    return PlannedBenchmark(
        index=0,
        id="mmlu",
        provider="lm",
        primary_score=PrimaryScore(metric="m", lower_is_better=lower),
        pass_criteria=PassCriteria.model_validate(criteria),
        metrics=[entry],
    )


BOOLEAN = {"type": "Boolean"}
JUDGE = {"range": [1, 5]}


def test_ten_of_ten_and_its_remedy() -> None:
    assert cannot_pass(plan(BOOLEAN, threshold=0.8, bound="Worst"), 10, 0.95) == (
        "benchmark lm/mmlu: no outcome can pass: a flawless result of 10 samples has its lower bound at 0.7225"
        " (Wilson), the threshold is 0.8; raise numExamples or set bound: Point"
    )


@pytest.mark.parametrize(
    ("planned", "n", "said"),
    [
        (plan(BOOLEAN, threshold=0.2, bound="Worst", lower=True), 10, "its upper bound at 0.2775 (Wilson)"),
        (plan(JUDGE, threshold=4.5, bound="Worst"), 10, "its lower bound at 3.89 (Student t, a pseudo-observation"),
        (plan(BOOLEAN, threshold=0.5, bound="Worst"), 1, "1 samples give no interval"),
        (plan(BOOLEAN, threshold=80), None, "the best value is 1, the threshold 80; change the threshold"),
        (plan(JUDGE, threshold=0.5, lower=True), 100, "the best value is 1, the threshold 0.5"),
        (plan(BOOLEAN, threshold=0.5, minN=50), 49, "49 samples are asked for and minN is 50"),
    ],
    ids=["lower is better", "a judge", "one sample", "a percentage", "below the range", "fewer samples than minN"],
)
def test_it_warns_of(planned: PlannedBenchmark, n: int | None, said: str) -> None:
    assert said in (cannot_pass(planned, n, 0.95) or "")


@pytest.mark.parametrize(
    ("planned", "n"),
    [
        (plan(BOOLEAN, threshold=0.72, bound="Worst"), 10),
        (plan(BOOLEAN, threshold=1), 10),
        (plan(BOOLEAN, threshold=0.99, bound="Worst"), None),
        (plan({}, threshold=1e6, bound="Worst"), 10),
        (plan(BOOLEAN, threshold=1).model_copy(update={"pass_criteria": None}), 10),
        (plan(BOOLEAN, threshold=1).model_copy(update={"primary_score": None}), 10),
    ],
    ids=["within reach", "the estimate may be perfect", "n unknown", "no range", "no criteria", "no primary score"],
)
def test_it_says_nothing_where(planned: PlannedBenchmark, n: int | None) -> None:
    assert cannot_pass(planned, n, 0.95) is None


@given(
    n=st.integers(2, 40),
    right=st.integers(0, 40),
    threshold=st.floats(0, 1),
    lower=st.booleans(),
    bound=st.sampled_from(["Point", "Worst"]),
)
def test_what_it_warns_of_never_passes(n: int, right: int, threshold: float, lower: bool, bound: str) -> None:
    planned = plan(BOOLEAN, threshold=threshold, bound=bound, lower=lower)
    if cannot_pass(planned, n, 0.95) is not None:
        measured = share(min(right, n), n, criteria=planned.pass_criteria, lower_is_better=lower)
        assert decide([measured], Rules()).result != "Pass"


@given(n=st.integers(2, 40), value=st.floats(1, 5), spread=st.floats(0, 1), threshold=st.floats(1, 5))
def test_what_it_warns_of_a_judge_never_passes(n: int, value: float, spread: float, threshold: float) -> None:
    planned = plan(JUDGE, threshold=threshold, bound="Worst")
    if cannot_pass(planned, n, 0.95) is not None:
        stderr = spread * ((5 - value) * (value - 1) / (n - 1)) ** 0.5
        measured = mean(value, stderr, n, span=(1, 5), criteria=planned.pass_criteria)
        assert decide([measured], Rules()).result != "Pass"
