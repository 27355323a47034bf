import itertools
import math

import pytest

from referee.core.stats import bounded, combined, student
from referee.core.stats.combined import Part

SHARES = (
    Part(0.1, 0.9, 0.03, 100, (0, 1)),
    Part(1 / 3, 0.123456789, 0.07, 23, (0, 1)),
    Part(7.7, 0.5, 0.1, 11, (-1 / 3, 1)),
)


def test_equal_parts_worked_by_hand() -> None:
    # Two parts of 3 right of 4: with a 0 and a 1 added, mean 4/6 and squares 4/3; variance of a mean 4/3 / 5 / 4.
    part = Part(1, 0.75, math.sqrt(0.75 * 0.25 / 3), 4, (0, 1))
    found = combined.interval([part, part], 0.95)
    centre = 0.75 + (4 / 6 - 0.75) / 2
    half = student.critical(0.95, 10) * math.sqrt(4 / 3 / 5 / 4 / 2)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((centre - half, min(1, centre + half)), rel=1e-12)


def test_one_part_has_the_centre_of_its_samples_and_both_ends() -> None:
    centre, _ = bounded.tempered(0.123456789, 0.07, 23, (0, 1))
    narrow = combined.interval([SHARES[1]], 0.8)
    assert narrow is not None
    assert (narrow.low + narrow.high) / 2 == pytest.approx(centre, rel=1e-12)


def test_order_changes_no_digit() -> None:
    assert len({combined.interval(order, 0.95) for order in itertools.permutations(SHARES)}) == 1


def test_only_the_proportions_of_weights_matter() -> None:
    scaled = [Part(p.weight * 1024, p.mean, p.stderr, p.n, p.span) for p in SHARES]
    assert combined.interval(scaled, 0.95) == combined.interval(SHARES, 0.95)


def test_parts_without_a_mistake_are_not_certain() -> None:
    found = combined.interval([Part(1, 1.0, 0.0, 5, (0, 1))] * 3, 0.95)
    assert found is not None
    assert found.low < 0.8


@pytest.mark.parametrize("parts", [[], [SHARES[0], Part(1, 0.5, 0.1, 1, (0, 1))]], ids=["no part", "one sample"])
def test_there_is_none_for(parts: list[Part]) -> None:
    assert combined.interval(parts, 0.95) is None
