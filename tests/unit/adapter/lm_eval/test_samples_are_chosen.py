"""The number of samples counts over all subsets, is shared out by size, and is the same each time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee_adapter import Sampling
from referee_lm_eval.sampling import apportion, choose

SIZES = st.dictionaries(st.text("abcdef", min_size=1), st.integers(1, 500), min_size=1, max_size=30)


@given(SIZES, st.integers(1, 5000))
def test_the_shares_add_up_and_fit(sizes: dict[str, int], total: int) -> None:
    counts = apportion(sizes, total)

    assert counts.keys() == sizes.keys()
    assert sum(counts.values()) == min(total, sum(sizes.values()))
    assert all(0 <= counts[name] <= sizes[name] for name in sizes)
    if total >= len(sizes):
        assert min(counts.values()) >= 1


@given(SIZES, st.integers(1, 5000))
def test_the_order_of_subsets_does_not_matter(sizes: dict[str, int], total: int) -> None:
    assert apportion(dict(reversed(sizes.items())), total) == apportion(sizes, total)


@given(SIZES, st.integers(1, 5000))
def test_a_larger_subset_never_gets_less(sizes: dict[str, int], total: int) -> None:
    counts = apportion(sizes, total)

    if total >= len(sizes):
        assert all(counts[a] >= counts[b] for a in sizes for b in sizes if sizes[a] > sizes[b])


def test_shares_follow_the_sizes() -> None:
    assert apportion({"small": 100, "large": 900}, 100) == {"small": 11, "large": 89}


def test_fewer_samples_than_subsets_leave_some_out() -> None:
    counts = apportion(dict.fromkeys("abcdefghij", 10), 4)

    assert [name for name, count in counts.items() if count] == ["a", "c", "f", "h"]


def test_the_head_is_taken() -> None:
    assert list(choose("x", 10, 4, Sampling())) == [0, 1, 2, 3]


@pytest.mark.parametrize("count", [1, 5, 100])
def test_random_samples_are_distinct_ascending_and_reproducible(count: int) -> None:
    drawn = list(choose("x", 100, count, Sampling("Random", 7)))

    assert drawn == sorted(set(drawn))
    assert len(drawn) == count
    assert drawn == list(choose("x", 100, count, Sampling("Random", 7)))


def test_subsets_of_one_size_do_not_share_their_positions() -> None:
    draws = {tuple(choose(name, 1000, 10, Sampling("Random", 7))) for name in "abcd"}

    assert len(draws) == 4
