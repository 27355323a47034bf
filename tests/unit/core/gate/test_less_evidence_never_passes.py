"""Whatever is taken from the evidence, a verdict that did not pass still does not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from referee.api.benchmark import PassCriteria, PrimaryScore
from referee.api.runplan import PlannedBenchmark
from referee.api.status import BenchmarkStatus
from referee.core import metrics
from referee.core.gate import Rules, decide
from referee.core.measured import Measured
from referee.core.result import ReportedMetric, Result, Samples
from tests.unit.core.score.building import mean, share

UNIT = st.floats(0, 1)
CRITERIA = st.none() | st.builds(
    PassCriteria, threshold=UNIT, bound=st.sampled_from(["Point", "Worst"]), min_n=st.sampled_from([0, 0, 20])
)
RULES = st.builds(
    Rules,
    confidence=st.sampled_from([0.6, 0.95, 0.999]),
    max_error_rate=st.sampled_from([None, None, 0.1, 0.5]),
    job_criteria=CRITERIA,
)


@st.composite
def benchmarks(draw: st.DrawFn) -> Measured:
    n = draw(st.integers(1, 60))
    fields: dict[str, Any] = {
        "criteria": draw(CRITERIA),
        "unscored": draw(st.sampled_from([None, 0, 1, 5])),
        "weight": draw(st.sampled_from([0, 1, 3])),
        "lower_is_better": draw(st.booleans()),
        "executed": draw(st.sampled_from([True, True, True, False])),
    }
    if draw(st.booleans()):
        return share(draw(st.integers(0, n)), n, **fields)
    value = draw(UNIT)
    most = (value * (1 - value) / max(1, n - 1)) ** 0.5
    stderr = draw(st.none() | st.floats(0, 1).map(lambda part: part * most)) if n > 1 else None
    return mean(
        value, stderr, n, span=draw(st.sampled_from([(0.0, 1.0), (0.0, 1.0), None])), scale=(0.0, 1.0), **fields
    )


RUNS = st.lists(benchmarks(), min_size=1, max_size=3).map(
    lambda found: [replace(m, index=index) for index, m in enumerate(found)]
)


def never_to_pass(measured: list[Measured], rules: Rules, at: int, change: Callable[[Measured], Measured]) -> None:
    before = decide(measured, rules).result
    at %= len(measured)
    after = decide([*measured[:at], change(measured[at]), *measured[at + 1 :]], rules).result
    assert after != "Pass" or before == "Pass"


@given(RUNS, RULES, st.integers(0, 2), st.integers(1, 30))
def test_when_more_samples_go_unscored(measured: list[Measured], rules: Rules, at: int, more: int) -> None:
    def unscored(m: Measured) -> Measured:
        if m.unscored is None or m.samples is None:
            return m
        return replace(m, unscored=m.unscored + more, samples=m.samples + more)

    never_to_pass(measured, rules, at, unscored)


@given(RUNS, RULES, st.integers(0, 2))
def test_when_the_primary_metric_is_missing(measured: list[Measured], rules: Rules, at: int) -> None:
    never_to_pass(measured, rules, at, lambda m: replace(m, primary=None))


@given(RUNS, RULES, st.integers(0, 2))
def test_when_a_benchmark_does_not_run(measured: list[Measured], rules: Rules, at: int) -> None:
    never_to_pass(measured, rules, at, lambda m: replace(m, executed=False))


@given(RUNS, RULES, st.integers(0, 2))
def test_when_its_result_is_partial(measured: list[Measured], rules: Rules, at: int) -> None:
    never_to_pass(measured, rules, at, lambda m: replace(m, partial=True))


@given(RUNS, RULES, st.integers(0, 2))
def test_when_counts_are_not_reported_and_an_error_rate_is_set(measured: list[Measured], rules: Rules, at: int) -> None:
    strict = replace(rules, max_error_rate=0.1)
    never_to_pass(measured, strict, at, lambda m: replace(m, samples=None))
    never_to_pass(measured, strict, at, lambda m: replace(m, unscored=None))


@given(RUNS, RULES, st.permutations([0, 1, 2]))
def test_and_their_order_changes_nothing(measured: list[Measured], rules: Rules, order: list[int]) -> None:
    shuffled = [measured[position] for position in order if position < len(measured)]
    assert decide(shuffled, rules) == decide(measured, rules)


NAMES = ("acc", "acc_norm", "f1", "judge")


@given(
    st.dictionaries(st.sampled_from(NAMES), st.tuples(UNIT, st.none() | UNIT, st.integers(0, 50)), min_size=1),
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    CRITERIA.filter(lambda c: c is not None),
)
def test_when_the_adapter_drops_a_metric(
    reported: dict[str, tuple[float, float | None, int]], primary: str, dropped: str, criteria: PassCriteria
) -> None:
    planned = PlannedBenchmark(
        index=0,
        id="b",
        provider="p",
        primary_score=PrimaryScore(metric=primary, lower_is_better=False, range=[0, 1]),
        pass_criteria=criteria,
    )

    def result(names: set[str]) -> str:
        found = tuple(ReportedMetric(name, *reported[name], type="Boolean") for name in reported if name in names)
        reading = metrics.read(Result("Completed", found, Samples(50, 50, 0, 0)), planned, 0.95)
        status = BenchmarkStatus(
            index=0,
            id="b",
            provider="p",
            phase="Completed",
            metrics=list(reading.values),
            primary=reading.primary.value,
        )
        return decide([Measured.of(planned, status)], Rules()).result

    assert result(set(reported) - {dropped}) != "Pass" or result(set(reported)) == "Pass"
