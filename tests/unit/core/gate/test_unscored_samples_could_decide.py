import pytest

from referee.api.benchmark import PassCriteria
from referee.core.gate import Rules, decide
from referee.core.measured import Measured
from tests.unit.core.score.building import mean, share

POINT = PassCriteria(threshold=0.8)
WORST = PassCriteria(threshold=0.8, bound="Worst")


def outcome(measured: Measured, max_error_rate: float | None = None) -> str:
    (found,) = decide([measured], Rules(max_error_rate=max_error_rate)).gates
    return found.reason if found.result == "Unknown" else found.result


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (share(90, 100, criteria=POINT, unscored=12), "Pass"),
        (share(90, 100, criteria=POINT, unscored=13), "ErrorsCouldDecide"),
        (share(70, 100, criteria=POINT, unscored=49), "Fail"),
        (share(70, 100, criteria=POINT, unscored=50), "ErrorsCouldDecide"),
        (share(90, 100, criteria=WORST, unscored=2), "Pass"),
        (share(90, 100, criteria=WORST, unscored=3), "ErrorsCouldDecide"),
        (share(10, 100, criteria=PassCriteria(threshold=0.2), lower_is_better=True, unscored=12), "Pass"),
        (
            share(10, 100, criteria=PassCriteria(threshold=0.2), lower_is_better=True, unscored=13),
            "ErrorsCouldDecide",
        ),
        (mean(4.0, 0.1, 30, span=(1, 5), criteria=PassCriteria(threshold=3.5), unscored=6), "Pass"),
        (mean(4.0, 0.1, 30, span=(1, 5), criteria=PassCriteria(threshold=3.5), unscored=7), "ErrorsCouldDecide"),
    ],
    ids=[
        "passes with all wrong",
        "would fail with all wrong",
        "fails with all right",
        "would pass with all right",
        "its bound passes with all wrong",
        "its bound would fail with all wrong",
        "lower is better and passes",
        "lower is better and would fail",
        "a judge: passes with all ones",
        "a judge: would fail with all ones",
    ],
)
def test_a_share_or_a_mean_with_a_range(measured: Measured, expected: str) -> None:
    assert outcome(measured) == expected


@pytest.mark.parametrize(("value", "settled"), [(0.9, "Pass"), (0.7, "Fail")])
def test_without_a_range_any_unscored_sample_could_decide_unless_an_error_rate_is_accepted(
    value: float, settled: str
) -> None:
    measured = mean(value, 0.01, 100, criteria=POINT, unscored=1)
    assert outcome(measured) == "ErrorsCouldDecide"
    assert outcome(measured, max_error_rate=0.05) == settled
    assert outcome(mean(value, 0.01, 100, criteria=POINT, unscored=6), max_error_rate=0.05) == "ErrorRateExceeded"


def test_an_accepted_error_rate_does_not_overrule_what_is_known() -> None:
    assert outcome(share(90, 100, criteria=POINT, unscored=13), max_error_rate=0.5) == "ErrorsCouldDecide"


@pytest.mark.parametrize("unscored", [0, None])
def test_nothing_unscored_decides_nothing(unscored: int | None) -> None:
    assert outcome(mean(0.9, 0.01, 100, criteria=POINT, unscored=unscored)) == "Pass"
