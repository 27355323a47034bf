from typing import Any

import pytest

from referee.api.benchmark import PassCriteria
from referee.api.conditions import Reason
from referee.api.status import Gate
from referee.core.gate import Rules, decide
from referee.core.measured import Measured
from tests.unit.core.score.building import mean, share


def job_gate(*measured: Measured, max_error_rate: float | None = None, **criteria: Any) -> Gate:
    given = PassCriteria.model_validate({"threshold": 0.8, **criteria})
    (found,) = decide(measured, Rules(max_error_rate=max_error_rate, job_criteria=given)).gates
    return found


def test_on_the_normalised_score() -> None:
    # 0.9 and (4 - 1)/4: 0.825
    good, fair = share(90, 100, index=0), mean(4.0, 0.1, 50, span=(1, 5), index=1)
    found = job_gate(good, fair)
    assert found.value == pytest.approx(0.825)
    assert (found.subject, found.result) == ("job", "Pass")
    assert found.n == 150
    assert job_gate(good, fair, threshold=0.83).result == "Fail"


def test_on_the_low_end_of_its_interval() -> None:
    found = job_gate(share(90, 100), share(80, 100), bound="Worst")
    assert found.ci_low is not None
    assert found.ci_low < 0.8 < (found.value or 0)
    assert (found.result, found.reason) == ("Fail", Reason.THRESHOLD_MISSED)


def test_one_benchmark_and_its_job_agree() -> None:
    criteria = PassCriteria(threshold=0.82, bound="Worst")
    only = share(90, 100, criteria=criteria)
    verdict = decide([only], Rules(job_criteria=criteria))
    benchmark, job = verdict.gates
    assert (job.result, job.ci_low) == (benchmark.result, benchmark.ci_low)


@pytest.mark.parametrize(
    ("measured", "criteria", "reason"),
    [
        ([share(90, 100), share(9, 10, executed=False)], {}, Reason.SCORE_MISSING),
        ([share(90, 100, weight=0)], {}, Reason.SCORE_MISSING),
        ([share(90, 100), mean(17.0, 1.0, 50)], {}, Reason.RANGE_REQUIRED),
        ([share(90, 100), mean(0.9, None, 50, span=(0, 1))], {"bound": "Worst"}, Reason.NO_INTERVAL),
        ([share(90, 100), share(9, 10)], {"minN": 111}, Reason.TOO_FEW_SAMPLES),
        ([share(90, 100, unscored=40), share(90, 100)], {}, Reason.ERRORS_COULD_DECIDE),
        (
            [mean(0.9, 0.1, 50, span=(0, 1), unscored=1), mean(9.0, 0.1, 50, unscored=1, scale=(0, 10))],
            {},
            Reason.ERRORS_COULD_DECIDE,
        ),
    ],
    ids=[
        "a benchmark that did not run",
        "no weight",
        "no range",
        "no interval",
        "too few samples in all",
        "unscored samples",
        "unscored samples without a range",
    ],
)
def test_it_is_unknown_with(measured: list[Measured], criteria: dict[str, Any], reason: Reason) -> None:
    found = job_gate(*measured, **criteria)
    assert (found.result, found.reason) == ("Unknown", reason)


def test_unscored_samples_of_several_benchmarks_add_up() -> None:
    assert job_gate(share(90, 100, unscored=8), share(90, 100)).result == "Pass"
    assert job_gate(share(90, 100, unscored=20), share(90, 100, unscored=20)).result == "Unknown"


@pytest.mark.parametrize(("unscored", "reason"), [(None, Reason.ERRORS_NOT_REPORTED), (20, Reason.ERROR_RATE_EXCEEDED)])
def test_it_rests_on_no_benchmark_that_failed_too_often(unscored: int | None, reason: Reason) -> None:
    shaky = share(100, 100, unscored=unscored)
    assert job_gate(share(90, 100), shaky, max_error_rate=0.1).reason == reason
    informational = share(100, 100, unscored=unscored, weight=0)
    assert job_gate(share(90, 100), informational, max_error_rate=0.1).result == "Pass"


def test_an_accepted_error_rate_settles_what_has_no_range() -> None:
    measured = mean(9.0, 0.1, 50, unscored=1, scale=(0, 10))
    assert job_gate(measured, max_error_rate=0.1).result == "Pass"
