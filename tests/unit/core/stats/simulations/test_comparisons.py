"""Differences of two runs: coverage, false non-inferiority, and false alarms between equal models.

Over right and wrong answers nothing is simulated: all outcomes are summed.
"""

from collections.abc import Iterator

import numpy as np
import pytest
from scipy import stats

from referee.core.stats import bounded, paired, unpaired
from referee.core.stats.estimate import Estimate, independent_stderr
from tests.unit.core.stats.simulations.drawing import NOISE, misses, multinomial, simulated

ALPHA = 0.05
SIZES = [5, 10, 30, 100, 300]
JUDGED = {
    "mostly fives": (0.02, 0.01, 0.02, 0.05, 0.90),
    "leaning": (0.0, 0.05, 0.10, 0.35, 0.50),
    "flat": (0.2, 0.2, 0.2, 0.2, 0.2),
}


def outcomes(n: int, improved: float, regressed: float) -> Iterator[tuple[int, int, float]]:
    """All numbers of improved and regressed samples that are not next to impossible, with their chance."""
    differ = improved + regressed
    for total in range(n + 1):
        chance = float(stats.binom.pmf(total, n, differ))
        if chance < 1e-8:
            continue
        better = stats.binom.pmf(np.arange(total + 1), total, improved / differ)
        yield from ((k, total - k, chance * float(share)) for k, share in enumerate(better) if share > 1e-6)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("discordance", [0.02, 0.12, 0.3])
@pytest.mark.parametrize("delta", [0, -0.02, -0.1])
def test_a_paired_boolean_delta(n: int, discordance: float, delta: float) -> None:
    improved, regressed = discordance / 2, discordance / 2 - delta
    found = [
        (paired.bonett_price(better, worse, n, 0.95), chance)
        for better, worse, chance in outcomes(n, improved, regressed)
    ]
    low, high = misses(found, delta)
    assert low + high <= 0.06
    # Where nearly all that differs got worse the low end, exactly, is above the truth in up to 4.2 %.
    assert max(low, high) <= (0.031 if -delta <= discordance else 0.0425)
    # The same as a gate: a delta of just -maxRegression passes for not inferior in no more runs than that.
    assert low <= ALPHA


@pytest.mark.parametrize("n", [10, 100, 300, 1000])
@pytest.mark.parametrize("discordance", [0.02, 0.12, 0.6])
def test_between_equal_models_mcnemar_seldom_finds_a_regression(n: int, discordance: float) -> None:
    improved = discordance / 2
    alarms = sum(
        chance
        for better, worse, chance in outcomes(n, improved, improved)
        if worse > better and paired.mcnemar_p_value(better, worse) <= ALPHA
    )
    assert alarms <= ALPHA / 2


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize(
    ("deltas", "shape"),
    [
        ((-4, -1, 0, 1), (0.01, 0.02, 0.95, 0.02)),
        ((-1, 0, 1), (0.3, 0.6, 0.1)),
        ((-3, 0.5), (0.03, 0.97)),
        ((-3, -1, 0, 1), (0.02, 0.03, 0.65, 0.3)),
    ],
    ids=["rare large loss", "worse", "all gain but a few", "skewed"],
)
def test_a_paired_delta_of_judged_scores(n: int, deltas: tuple[float, ...], shape: tuple[float, ...]) -> None:
    mean, stderr = multinomial(np.random.default_rng(31), deltas, shape, n, 10_000)
    found = simulated(mean, stderr, lambda m, s: bounded.interval(m, s, n, (-4, 4), 0.95))
    low, high = misses(found, float(np.dot(deltas, shape)))
    assert max(low, high) <= 0.03 + NOISE


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("shape", JUDGED.values(), ids=JUDGED.keys())
def test_between_equal_models_the_paired_t_test_seldom_finds_a_regression(n: int, shape: tuple[float, ...]) -> None:
    rng = np.random.default_rng(37)
    scores = rng.choice(5, (2, 4_000, n), p=shape)
    same = rng.random((4_000, n)) < 0.5
    deltas = np.where(same, 0, scores[0] - scores[1]).astype(float)
    alarms = 0
    for row in deltas.tolist():
        p = paired.t_p_value(row)
        alarms += p is not None and p <= ALPHA and sum(row) < 0
    assert alarms / 4_000 <= ALPHA / 2 + NOISE


def shares(n: int) -> list[Estimate]:
    return [Estimate(k / n, independent_stderr(k / n, n), n, boolean=True, span=(0, 1)) for k in range(n + 1)]


@pytest.mark.parametrize(("n", "m"), [(5, 5), (10, 10), (30, 30), (100, 100), (30, 100), (10, 100)])
@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("q", [0.5, 0.9, 0.99])
def test_an_unpaired_difference_of_proportions(n: int, m: int, p: float, q: float) -> None:
    here, there = stats.binom.pmf(np.arange(n + 1), n, p), stats.binom.pmf(np.arange(m + 1), m, q)
    found = []
    for one, chance in zip(shares(n), here.tolist(), strict=True):
        for other, again in zip(shares(m), there.tolist(), strict=True):
            if chance * again < 1e-7:
                continue
            found.append((unpaired.newcombe(one, other, 0.95), chance * again))
    low, high = misses(found, p - q)
    # Five of each at 0.5: 0.0606, exactly.
    assert low + high <= 0.061
    # Newcombe pays on one side where samples are few, and more where one run is much smaller: 5.5 % at most here.
    few = min(n, m) < 30
    assert max(low, high) <= (0.032 if n == m and not few else 0.0425 if n == m or not few else 0.0555)
    # The same as a gate: between equal models a regression is found in no more runs than that.
    assert p != q or max(low, high) <= ALPHA


@pytest.mark.parametrize(("n", "m"), [(5, 5), (30, 30), (300, 300), (10, 300)])
@pytest.mark.parametrize("here", JUDGED.values(), ids=JUDGED.keys())
@pytest.mark.parametrize("there", JUDGED.values(), ids=JUDGED.keys())
def test_an_unpaired_difference_of_judged_scores(
    n: int, m: int, here: tuple[float, ...], there: tuple[float, ...]
) -> None:
    rng = np.random.default_rng(41)
    choices = (1, 2, 3, 4, 5)
    runs = zip(
        *(column.tolist() for column in multinomial(rng, choices, here, n, 2_000)),
        *(column.tolist() for column in multinomial(rng, choices, there, m, 2_000)),
        strict=True,
    )
    found = [
        (unpaired.interval(Estimate(a, s, n, span=(1, 5)), Estimate(b, t, m, span=(1, 5)), 0.95), 1.0)
        for a, s, b, t in runs
    ]
    low, high = misses(found, float(np.dot(choices, here) - np.dot(choices, there)))
    assert max(low, high) <= 0.03 + NOISE
