"""Against an earlier run: of an evaluation sample by sample, of frameworks' benchmarks by what they reported."""

from collections.abc import Mapping
from typing import Any

import pytest

from referee.api.conditions import Reason
from referee.api.runplan import FrozenBaseline, FrozenMetric
from referee.api.status import Gate
from referee.core import baseline
from referee.core.evaluation.compare import Matched, compare, document
from referee.core.evaluation.compare import Run as Side
from referee.core.evaluation.decision import Terms
from referee.core.gate import Rules, decide
from referee.core.measured import Measured
from tests.unit.core.evaluation.runs import BOOLEAN, JUDGE, PENDING, Bad
from tests.unit.core.gate.evaluations import criteria, planned, run_of, verdict
from tests.unit.core.score.building import mean, share

EVALUATORS = [planned("exact", BOOLEAN), planned("judge", JUDGE)]


def frozen(test: str = "NonInferiority", *metrics: FrozenMetric, margin: float = 0.02) -> FrozenBaseline:
    return FrozenBaseline.model_validate(
        {
            "job": "v1",
            "jobUid": "u",
            "attempt": 1,
            "firstChild": 1,
            "lastChild": 1,
            "test": test,
            "maxRegression": margin,
            "minMatched": 0.9,
            "metrics": [metric.wire() for metric in metrics],
        }
    )


def against(here: Mapping[str, Any], there: Mapping[str, Any], test: str, **fields: Any) -> Gate:
    runs = [run_of(EVALUATORS, answers) for answers in (here, there)]
    digests = {e.name: e.digest for e in EVALUATORS}
    matched = Matched(range(len(here["exact"])), 0)
    terms = Terms(test, 0.02)  # type: ignore[arg-type]
    found = compare(Side(runs[0].table(), digests), Side(runs[1].table(), digests), matched, runs[0].method, terms)
    more = {"comparison": document("v1, attempt 1", matched, found, terms)}
    (gate,) = verdict(EVALUATORS, here, more=fields.pop("more", more), against=frozen(test), **fields).gates
    return gate


SAME: dict[str, list[Any]] = {"exact": [True, True, False, True] * 100, "judge": [5, 4, 3, 4] * 100}
WORSE: dict[str, list[Any]] = {"exact": [True, False, False, True] * 100, "judge": [4, 4, 3, 4] * 100}


@pytest.mark.parametrize(
    ("here", "test", "result", "reason"),
    [
        (SAME, "NonInferiority", "Pass", Reason.NOT_WORSE),
        (SAME, "SignificantRegression", "Pass", Reason.NOT_WORSE),
        (WORSE, "NonInferiority", "Fail", Reason.REGRESSED),
        (WORSE, "SignificantRegression", "Fail", Reason.REGRESSED),
        (WORSE, "Point", "Fail", Reason.REGRESSED),
    ],
)
def test_of_an_evaluation(here: Mapping[str, Any], test: str, result: str, reason: Reason) -> None:
    gate = against(here, SAME, test)
    assert (gate.subject, gate.measure, gate.result, gate.reason) == ("baseline", "Delta", result, reason)
    assert gate.threshold == (0 if test == "SignificantRegression" else -0.02)
    assert gate.n == 400
    assert gate.value == pytest.approx(0 if here is SAME else -0.15625)


def test_few_samples_are_underpowered_and_never_pass() -> None:
    few: dict[str, list[Any]] = {name: answers[:8] for name, answers in SAME.items()}
    gate = against(few, few, "NonInferiority")
    assert (gate.result, gate.reason) == ("Unknown", Reason.UNDERPOWERED)
    assert gate.n_needed is not None


def test_missing_scores_and_errors_leave_it_unknown() -> None:
    pending = {**SAME, "exact": [*SAME["exact"][:-1], PENDING]}
    assert against(pending, SAME, "Point").reason == Reason.SCORES_MISSING
    failing = {**SAME, "exact": [*SAME["exact"][:-100], *[Bad()] * 100]}
    assert against(failing, SAME, "Point").reason == Reason.ERRORS_COULD_DECIDE
    assert against(failing, SAME, "Point", max_error_rate=0.1).reason == Reason.ERROR_RATE_EXCEEDED


@pytest.mark.parametrize(
    "comparison",
    [
        None,
        {"baseline": "v1", "metrics": []},
        {"baseline": "v1", "metrics": [{"name": "exact", "test": "Point", "result": "Pass", "reason": "NotWorse"}]},
        {"baseline": "v1", "metrics": [{"name": "score", "test": "Point", "result": "Pass", "reason": "NotWorse"}]},
        {
            "baseline": "v1",
            "metrics": [{"name": "score", "test": "NonInferiority", "result": "Pass", "reason": "Fine", "delta": 0}],
        },
        {
            "baseline": "v1",
            "metrics": [{"name": "score", "test": "NonInferiority", "result": "Pass", "reason": "NotWorse"}],
        },
    ],
    ids=["none", "empty", "another metric", "another test", "an unknown reason", "no delta"],
)
def test_a_comparison_that_is_not_the_one_asked_for_is_no_pass(comparison: Any) -> None:
    assert against(SAME, SAME, "NonInferiority", more={"comparison": comparison}).result == "Unknown"


def unpaired(measured: list[Measured], found: FrozenBaseline, max_error_rate: float | None = None) -> Gate:
    (gate,) = decide(measured, Rules(max_error_rate=max_error_rate), against=found).gates
    return gate


def accuracy(right: int, n: int) -> FrozenMetric:
    value = right / n
    return FrozenMetric(name="p/b", value=value, stderr=(value * (1 - value) / (n - 1)) ** 0.5, n=n, boolean=True)


@pytest.mark.parametrize(
    ("right", "n", "test", "outcome"),
    [
        (8000, 10000, "NonInferiority", "Pass"),
        (7000, 10000, "NonInferiority", "Fail"),
        (80, 100, "NonInferiority", "Underpowered"),
        (70, 100, "SignificantRegression", "Pass"),
        (650, 1000, "SignificantRegression", "Fail"),
        (790, 1000, "Point", "Pass"),
        (770, 1000, "Point", "Fail"),
    ],
)
def test_of_a_benchmark_by_what_it_reported(right: int, n: int, test: str, outcome: str) -> None:
    gate = unpaired([share(right, n)], frozen(test, accuracy(8 * n // 10, n)))
    assert (gate.reason if gate.result == "Unknown" else gate.result) == outcome
    assert gate.method == "unpaired: Newcombe"
    assert gate.value == pytest.approx(right / n - 0.8)


def test_a_mean_is_turned_and_normalised() -> None:
    here = mean(3.0, 0.02, 400, span=(1, 5), lower_is_better=True)
    there = FrozenMetric(name="p/b", value=2.0, stderr=0.02, n=400)
    gate = unpaired([here], frozen("NonInferiority", there))
    assert gate.value == pytest.approx(-0.25)
    assert gate.ci_low is not None
    assert gate.ci_high is not None
    assert gate.ci_low < -0.25 < gate.ci_high
    assert (gate.result, str(gate.method).startswith("unpaired: Welch t")) == ("Fail", True)


def test_of_several_the_one_that_decided_is_shown() -> None:
    good, bad = share(900, 1000, index=0), share(500, 1000, index=1)
    metrics = [accuracy(800, 1000)]
    gate = unpaired([good, bad], frozen("SignificantRegression", *metrics))
    assert gate.value == pytest.approx(-0.3)
    assert gate.result == "Fail"


def test_of_several_tests_none_may_be_a_false_alarm() -> None:
    alone = unpaired([share(755, 1000)], frozen("SignificantRegression", accuracy(800, 1000)))
    assert alone.result == "Fail"
    many = [share(755, 1000, index=0), *(share(800, 1000, index=at) for at in range(1, 6))]
    assert unpaired(many, frozen("SignificantRegression", accuracy(800, 1000))).result == "Pass"


@pytest.mark.parametrize(
    ("measured", "metrics", "reason"),
    [
        (share(90, 100), (), Reason.NOT_COMPARABLE),
        (share(90, 100, executed=False), (accuracy(80, 100),), Reason.NOT_EXECUTED),
        (share(90, 100, partial=True), (accuracy(80, 100),), Reason.PARTIAL_RESULT),
        (Measured("benchmark p/b"), (accuracy(80, 100),), Reason.METRIC_MISSING),
        (mean(9.0, 0.1, 100), (FrozenMetric(name="p/b", value=9.0, stderr=0.1, n=100),), Reason.RANGE_REQUIRED),
        (share(90, 100), (FrozenMetric(name="p/b", value=0.8, boolean=True),), Reason.NO_INTERVAL),
        (share(9000, 10000, unscored=5000), (accuracy(8000, 10000),), Reason.ERRORS_COULD_DECIDE),
        (share(90, 100, weight=0), (accuracy(80, 100),), Reason.COMPARISON_MISSING),
    ],
    ids=["not in the baseline", "not run", "partial", "no metric", "no range", "no n", "errors", "informational"],
)
def test_it_is_unknown(measured: Measured, metrics: tuple[FrozenMetric, ...], reason: Reason) -> None:
    gate = unpaired([measured], frozen("NonInferiority", *metrics))
    assert (gate.result, gate.reason) == ("Unknown", reason)


def test_it_counts_with_the_other_gates() -> None:
    passing = share(8000, 10000, criteria=criteria(0.5))
    found = decide([passing], Rules(), against=frozen("NonInferiority", accuracy(9000, 10000)))
    assert ([g.result for g in found.gates], found.result) == (["Pass", "Fail"], "Fail")


def test_status_shows_each_benchmark() -> None:
    found = baseline.comparison([share(80, 100)], frozen("Point", accuracy(70, 100)), Rules())
    (metric,) = found.metrics
    assert (found.baseline, metric.name, metric.value_here, metric.value_there) == ("v1, attempt 1", "p/b", 0.8, 0.7)
    assert metric.mde is not None
    assert metric.delta == pytest.approx(0.1)
