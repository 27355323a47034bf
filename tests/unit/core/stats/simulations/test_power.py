"""What the power functions promise is what simulated comparisons do; verdict tables in the documents come from here."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower  # type: ignore[import-untyped]

from referee.core.stats import bounded, discordant, paired, power, student, unpaired, wilson
from referee.core.stats.discordant import Pairs
from referee.core.stats.estimate import Estimate, independent_stderr
from referee.core.stats.power import Design, Difference

ANSWERS = Difference(discordance=0.12)
RUNS = 20_000


def drawn(n: int, improved: float, regressed: float, runs: int = RUNS) -> list[tuple[int, int]]:
    counts = np.random.default_rng(43).multinomial(n, [improved, regressed, 1 - improved - regressed], runs)
    return [(better, worse) for better, worse, _ in counts.tolist()]


def regressions(pairs: list[tuple[int, int]]) -> float:
    found = {pair: paired.mcnemar_p_value(*pair) <= 0.05 and pair[0] < pair[1] for pair in set(pairs)}
    return sum(found[pair] for pair in pairs) / len(pairs)


@pytest.mark.parametrize(
    ("n", "delta", "passes", "fails"),
    [(400, 0.0, 0.20, 0.00), (1600, 0.0, 0.64, 0.00), (100, -0.05, 0.003, 0.09), (400, -0.05, 0.0, 0.30)],
)
def test_how_often_non_inferiority_decides(n: int, delta: float, passes: float, fails: float) -> None:
    outlook = power.non_inferiority(n, ANSWERS, delta, 0.02, 0.95)
    assert outlook is not None
    assert (outlook.passes, outlook.fails) == pytest.approx((passes, fails), abs=0.01)
    found = [paired.bonett_price(*pair, n, 0.95) for pair in drawn(n, 0.06, 0.06 - delta)]
    assert outlook.passes == pytest.approx(sum(i is not None and i.low > -0.02 for i in found) / RUNS, abs=0.01)
    assert outlook.fails == pytest.approx(sum(i is not None and i.high < -0.02 for i in found) / RUNS, abs=0.01)


@pytest.mark.parametrize(
    ("n", "delta", "fails"), [(400, 0.0, 0.02), (1600, 0.0, 0.02), (100, -0.05, 0.17), (400, -0.05, 0.65)]
)
def test_how_often_a_significant_regression_is_found(n: int, delta: float, fails: float) -> None:
    outlook = power.significant_regression(n, ANSWERS, delta, 0.95)
    assert outlook is not None
    assert outlook.fails == pytest.approx(fails, abs=0.01)
    assert outlook.passes + outlook.fails == pytest.approx(1)
    assert outlook.fails == pytest.approx(regressions(drawn(n, 0.06, 0.06 - delta)), abs=0.01)


@pytest.mark.parametrize("n", [30, 100, 400, 3000])
@pytest.mark.parametrize("discordance", [0.0, 0.05, 0.12, 0.4])
def test_mcnemar_has_the_power_at_the_least_difference(n: int, discordance: float) -> None:
    mde = power.mde_paired(n, Difference(discordance=discordance), 0.95)
    assert mde is not None
    found = regressions(drawn(n, discordance / 2, discordance / 2 + mde))
    assert 0.78 <= found <= (0.83 if n >= 100 else 0.9)


@pytest.mark.parametrize(
    ("n", "shape"),
    # Of so few samples that hardly one differs no t test has its nominal power.
    [*((n, "normal") for n in (5, 10, 30, 100, 300)), *((n, "few differ") for n in (30, 100, 300))],
)
def test_the_paired_t_test_has_the_power_at_the_least_difference(n: int, shape: str) -> None:
    rng = np.random.default_rng(47)
    if shape == "normal":
        deltas, sd = rng.normal(0, 0.3, (RUNS, n)), 0.3
    else:
        deltas, sd = rng.choice([-1.0, 0.0, 1.0], (RUNS, n), p=[0.1, 0.8, 0.1]), math.sqrt(0.2)
    mde = power.mde_paired(n, Difference(sd=sd), 0.95)
    assert mde is not None
    deltas -= mde
    t = deltas.mean(1) / (deltas.std(1, ddof=1) / math.sqrt(n))
    found = float((t < -stats.t.isf(0.025, n - 1)).mean())
    assert 0.78 <= found <= 0.83
    outlook = power.significant_regression(n, Difference(sd=sd), -mde, 0.95)
    assert outlook is not None
    assert outlook.fails == pytest.approx(0.8, abs=1e-9)


@pytest.mark.parametrize("n", [100, 300, 1000])
@pytest.mark.parametrize("p", [0.5, 0.8, 0.95])
def test_newcombe_has_the_power_at_the_least_difference(n: int, p: float) -> None:
    there = Estimate(p, independent_stderr(p, n), n, boolean=True, span=(0, 1))
    mde = power.mde_unpaired(there, there, 0.95)
    assert mde is not None
    rng = np.random.default_rng(53)
    pairs = list(zip(rng.binomial(n, p - mde, 4_000).tolist(), rng.binomial(n, p, 4_000).tolist(), strict=True))

    def excludes_zero(here: int, base: int) -> bool:
        one, other = (Estimate(k / n, None, n, boolean=True, span=(0, 1)) for k in (here, base))
        found = unpaired.interval(one, other, 0.95)
        return found is not None and found.high < 0

    assert 0.78 <= sum(excludes_zero(*pair) for pair in pairs) / 4_000 <= 0.83


@pytest.mark.parametrize("p", [0.05, 0.3, 0.95])
def test_a_share_of_wrong_answers_gets_worse_as_that_of_right_ones_does(p: float) -> None:
    wrong, right = (Estimate(share, independent_stderr(p, 300), 300, boolean=True, span=(0, 1)) for share in (p, 1 - p))
    found = power.mde_unpaired(wrong, wrong, 0.95, lower_is_better=True)
    assert found == power.mde_unpaired(right, right, 0.95)
    judged = Estimate(3.0, 0.1, 60, span=(1, 5))
    expected = power.mde_unpaired(judged, judged, 0.95)
    assert power.mde_unpaired(judged, judged, 0.95, lower_is_better=True) == pytest.approx(expected)


@pytest.mark.parametrize("n", [10, 30, 100, 300])
def test_welch_has_the_power_at_the_least_difference(n: int) -> None:
    here, there = Estimate(3.0, 1 / math.sqrt(n), n), Estimate(3.0, 0.5 / math.sqrt(n), n)
    mde = power.mde_unpaired(here, there, 0.95)
    assert mde is not None
    rng = np.random.default_rng(71)
    p_values = stats.ttest_ind(
        rng.normal(3 - mde, 1, (RUNS, n)), rng.normal(3, 0.5, (RUNS, n)), axis=1, equal_var=False, alternative="less"
    ).pvalue
    assert 0.78 <= float((p_values <= 0.025).mean()) <= 0.83


@pytest.mark.parametrize(("n", "sd", "margin"), [(300, 0.2, 0.05), (1000, 0.3, 0.03), (100, 0.1, 0.06)])
@pytest.mark.parametrize("delta", [0.0, -0.03])
def test_non_inferiority_of_numbers(n: int, sd: float, margin: float, delta: float) -> None:
    outlook = power.non_inferiority(n, Difference(sd=sd, span=(0, 1)), delta, margin, 0.95)
    assert outlook is not None
    rng = np.random.default_rng(59)
    deltas = rng.uniform(-1, 1, (2_000, n)) * sd * math.sqrt(3) + delta
    found = [paired.t_interval(row, 0.95, (0, 1)) for row in deltas.tolist()]
    assert outlook.passes == pytest.approx(sum(i is not None and i.low > -margin for i in found) / 2_000, abs=0.035)
    assert outlook.fails == pytest.approx(sum(i is not None and i.high < -margin for i in found) / 2_000, abs=0.035)


def test_a_gate_that_never_passes_or_never_fires_would_be_noticed() -> None:
    plenty = power.non_inferiority(20_000, ANSWERS, 0.0, 0.02, 0.95)
    numbers = power.non_inferiority(20_000, Difference(sd=0.3, span=(0, 1)), 0.0, 0.02, 0.95)
    fires = power.significant_regression(20_000, ANSWERS, -0.02, 0.95)
    assert plenty is not None
    assert numbers is not None
    assert fires is not None
    assert min(plenty.passes, numbers.passes, fires.fails) > 0.999


def test_asking_some_numbers_of_pairs_only_changes_little() -> None:
    # 3,000 pairs: the number that differ spreads over 400 values, of which a fifth is asked.
    pairs = Pairs.supposed(3000, 0.2, -0.025)
    assert discordant.significantly_worse(pairs, 0.95) == pytest.approx(regressions(drawn(3000, 0.1, 0.125)), abs=0.01)


def test_a_design_is_worth_its_effective_samples() -> None:
    design = Design(cluster_size=11, icc=0.1)
    assert design.effect == pytest.approx(2)
    assert Design(epochs=4, within=0.5).effect == pytest.approx(0.625)
    assert power.mde_paired(800, ANSWERS, 0.95, design=design) == power.mde_paired(400, ANSWERS, 0.95)
    assert power.non_inferiority(800, ANSWERS, 0, 0.02, 0.95, design) == power.non_inferiority(
        400, ANSWERS, 0, 0.02, 0.95
    )


@pytest.mark.parametrize(
    ("difference", "delta"), [(ANSWERS, 0.05), (Difference(sd=0.3), 0.05), (Difference(sd=2.0), 0.4)]
)
def test_the_n_for_a_difference_is_the_least_that_finds_it(difference: Difference, delta: float) -> None:
    n = power.n_for_delta(delta, difference, 0.95)
    assert n is not None
    at, before = (power.significant_regression(size, difference, -delta, 0.95) for size in (n, n - 1))
    assert at is not None
    assert before is not None
    assert before.fails < 0.8 <= at.fails + 1e-9


def test_statsmodels_gives_the_same_n() -> None:
    expected = TTestPower().solve_power(effect_size=0.05 / 0.3, alpha=0.05, power=0.8)
    assert power.n_for_delta(0.05, Difference(sd=0.3), 0.95) == pytest.approx(math.ceil(expected), abs=1)


@pytest.mark.parametrize(
    "estimate",
    [
        Estimate(0.8, None, None, boolean=True, span=(0, 1)),
        Estimate(0.8, 0.02, 225, span=(0, 1)),
        Estimate(70.0, 2.0, 100),
    ],
    ids=["share", "mean with a range", "mean without one"],
)
@pytest.mark.parametrize("design", [Design(), Design(cluster_size=5, icc=0.2), Design(epochs=4, within=0.6)])
def test_the_n_for_a_half_width_is_the_least_that_has_it(estimate: Estimate, design: Design) -> None:
    half = 1.0 if estimate.value > 1 else 0.03
    n = power.n_for_half_width(half, estimate, 0.95, design)
    assert n is not None

    def width(size: float) -> float:
        if estimate.boolean:
            found = wilson.interval(estimate.value, size, 0.95)
        else:
            assert estimate.stderr is not None
            assert estimate.n is not None
            stderr = estimate.stderr * math.sqrt(estimate.n / size)
            if estimate.span is None:
                found = student.interval(estimate.value, stderr, size, 0.95)
            else:
                found = bounded.interval(estimate.value, stderr, size, estimate.span, 0.95)
        assert found is not None
        return found.high - found.low

    assert width(n / design.effect) <= 2 * half < width((n - 1) / design.effect)


NOTHING = Difference()


def test_nothing_is_promised_where_nothing_can_be_said() -> None:
    unknown = Estimate(0.8, None, None, boolean=True, span=(0, 1))
    assert power.mde_paired(5, ANSWERS, 0.95) is None
    assert power.mde_paired(0, ANSWERS, 0.95) is None
    assert power.mde_paired(1, Difference(sd=0.3), 0.95) is None
    assert power.mde_paired(50, NOTHING, 0.95) is None
    assert power.mde_unpaired(unknown, unknown, 0.95) is None
    assert power.mde_unpaired(Estimate(3.0, None, 50), Estimate(3.0, 0.1, 50), 0.95) is None
    assert power.n_for_delta(0.1, NOTHING, 0.95) is None
    assert power.n_for_half_width(0.1, Estimate(3.0, None, 50), 0.95) is None
    assert power.non_inferiority(50, NOTHING, 0, 0.02, 0.95) is None
    assert power.non_inferiority(1, ANSWERS, 0, 0.02, 0.95) is None
    assert power.non_inferiority(5, Difference(sd=0.3), 0, 0.02, 0.95) is None
    assert power.significant_regression(50, NOTHING, 0, 0.95) is None
