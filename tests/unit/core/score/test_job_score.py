import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.api.conditions import Reason
from referee.core.measured import Measured
from referee.core.score import JobScore, job_score
from referee.core.stats import combined
from tests.unit.core.score.building import mean, share


def score(*measured: Measured) -> JobScore:
    return job_score(measured, 0.95)


def test_the_weighted_mean_of_normalised_scores() -> None:
    # 0.8 by 3, (3 - 1)/4 by 1, and 1 - 0.1/2 by 2: (2.4 + 0.5 + 1.9) / 6
    found = score(
        share(80, 100, weight=3),
        mean(3.0, 0.1, 50, span=(1, 5), weight=1),
        mean(0.1, 0.01, 50, span=(0, 2), weight=2, lower_is_better=True),
    )
    assert found.value == pytest.approx(0.8)
    assert found.n == 200


def test_the_standard_error_of_independent_benchmarks() -> None:
    found = score(mean(3.0, 0.2, 50, span=(1, 5), weight=1), mean(0.5, 0.03, 50, span=(0, 1), weight=3))
    assert found.stderr == pytest.approx(math.sqrt((1 * 0.2 / 4) ** 2 + (3 * 0.03) ** 2) / 4)


def test_a_score_below_chance_level_is_not_clamped() -> None:
    assert score(share(10, 100, scale=(0.25, 1.0))).value == pytest.approx(-0.2)


def test_lower_is_better_turns_the_interval_with_the_score() -> None:
    up, down = score(share(90, 100)), score(share(10, 100, lower_is_better=True))
    assert up.value == pytest.approx(down.value)
    assert up.interval is not None
    assert down.interval is not None
    assert (up.interval.low, up.interval.high) == pytest.approx((down.interval.low, down.interval.high))


def test_one_weighted_benchmark_alone_keeps_its_own_interval() -> None:
    alone = share(9, 10, scale=(0.0, 2.0))
    found = score(alone, share(1, 10, weight=0))
    assert alone.primary is not None
    assert alone.primary.ci_low is not None
    assert found.interval is not None
    assert found.interval.low == pytest.approx(alone.primary.ci_low / 2)
    assert found.interval.method == "Wilson"


def test_several_have_the_combined_interval() -> None:
    found = score(share(90, 100), share(4, 5))
    assert found.interval is not None
    assert found.interval.method == combined.METHOD
    assert found.interval.low < (found.value or 0) < found.interval.high


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_benchmark_without_weight_changes_nothing(weight: float) -> None:
    base = score(share(90, 100), share(40, 50))
    more = score(share(90, 100), share(40, 50), share(1, 50, weight=weight))
    assert (base == more) == (weight == 0)


@pytest.mark.parametrize(
    "missing",
    [
        share(5, 10, executed=False),
        share(5, 10, partial=True),
        Measured("benchmark p/b", scale=(0, 1)),
    ],
    ids=["not executed", "a partial result", "no primary metric"],
)
def test_without_one_weighted_score_there_is_none(missing: Measured) -> None:
    found = score(share(90, 100), missing)
    assert (found.value, found.stderr, found.interval) == (None, None, None)
    assert found.reason is Reason.SCORE_MISSING
    assert found.message == "no score of benchmark p/b"


def test_without_a_weight_there_is_none() -> None:
    assert score(share(90, 100, weight=0)).reason is Reason.SCORE_MISSING


def test_without_a_range_there_is_none() -> None:
    assert score(share(90, 100), mean(17.0, 1.0, 50)).reason is Reason.RANGE_REQUIRED


@pytest.mark.parametrize(
    "vague",
    [
        mean(0.5, None, 50, span=(0, 1)),
        mean(0.5, 0.1, None, span=(0, 1)),
        mean(0.5, None, 1, span=(0, 1)),
        mean(1.5, 0.1, 50, span=(0, 1)),
    ],
    ids=["without stderr", "without n", "of one sample", "outside its range"],
)
def test_a_benchmark_takes_the_interval_with_it_and_leaves_the_score(vague: Measured) -> None:
    found = score(share(90, 100), vague)
    assert found.value is not None
    assert found.interval is None


COMPONENTS = st.lists(
    st.builds(
        mean,
        st.floats(0, 1),
        st.floats(0, 0.3),
        st.integers(2, 500),
        span=st.just((0.0, 1.0)),
        weight=st.floats(0.01, 100),
        lower_is_better=st.booleans(),
    ),
    min_size=2,
    max_size=4,
)


@given(COMPONENTS)
def test_the_order_of_benchmarks_changes_no_digit(components: list[Measured]) -> None:
    assert len({score(*order) for order in itertools.permutations(components)}) == 1
