import numpy as np
import pytest
from scipy import stats

from referee.core.stats import welch


def test_scipy_gives_the_same_for_two_samples() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.normal(0, 1, 12), rng.normal(0, 5, 40)
    parts = [(float(np.std(x, ddof=1)) / len(x) ** 0.5, len(x) - 1.0) for x in (a, b)]
    assert welch.degrees_of_freedom(parts) == pytest.approx(stats.ttest_ind(a, b, equal_var=False).df, rel=1e-12)


def test_one_part_keeps_its_own() -> None:
    assert welch.degrees_of_freedom([(0.3, 17)]) == pytest.approx(17)


def test_a_part_that_does_not_vary_takes_no_part() -> None:
    assert welch.degrees_of_freedom([(0.3, 17), (0.0, 2)]) == pytest.approx(17)


@pytest.mark.parametrize("parts", [[], [(0.0, 5)], [(0.1, 5), (0.1, 0)]], ids=["no part", "no variance", "no freedom"])
def test_there_are_none_for(parts: list[tuple[float, float]]) -> None:
    assert welch.degrees_of_freedom(parts) is None
