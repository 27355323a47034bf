from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.core.evaluation.datapoint import Datapoint
from referee_evaluators.data import DataError, chosen
from referee_evaluators.data.sampling import apportion

LANGUAGES = ["en"] * 60 + ["de"] * 30 + ["fr"] * 9 + [None]


def points(order: list[int] | None = None) -> list[Datapoint]:
    made = [
        Datapoint(f"p{at}", "x", metadata={} if language is None else {"doc": {"language": language}})
        for at, language in enumerate(LANGUAGES)
    ]
    return [made[at] for at in order] if order else made


def ids(count: int | None, datapoints: list[Datapoint] | None = None, **how: Any) -> list[str]:
    return [point.id for point in chosen(datapoints or points(), count, **how)]


def test_without_a_number_all_are_taken() -> None:
    assert ids(None, method="Random") == [f"p{at}" for at in range(100)]


def test_first_takes_the_head() -> None:
    assert ids(3) == ["p0", "p1", "p2"]
    assert len(ids(1000)) == 100


@pytest.mark.parametrize("how", [{"method": "Random"}, {"method": "Stratified", "by": "metadata.doc.language"}])
def test_a_draw_depends_on_ids_and_seed_and_keeps_the_order(how: dict[str, Any]) -> None:
    drawn = ids(20, seed=3, **how)
    assert len(drawn) == len(set(drawn)) == 20
    assert drawn == sorted(drawn, key=lambda id_: int(id_[1:]))
    assert drawn == ids(20, seed=3, **how)
    assert drawn != ids(20, seed=4, **how)
    order = [at * 37 % 100 for at in range(100)]
    assert sorted(ids(20, points(order), seed=3, **how)) == sorted(drawn)


def test_more_samples_keep_those_of_fewer() -> None:
    assert set(ids(20, method="Random")) < set(ids(30, method="Random"))


def test_every_datapoint_is_drawn_as_often_as_any_other() -> None:
    counts = Counter(id_ for seed in range(400) for id_ in ids(25, method="Random", seed=seed))
    assert len(counts) == 100
    # binomial(400, 1/4): 100 +- 8.7; five of those either way
    assert all(56 < count < 144 for count in counts.values())


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (10, {"en": 5, "de": 3, "fr": 1, None: 1}),  # one each, and six more over 59, 29, 8 and 0
        (20, {"en": 11, "de": 6, "fr": 2, None: 1}),
        (2, {"en": 1, "de": 1}),
        (100, {"en": 60, "de": 30, "fr": 9, None: 1}),
        (500, {"en": 60, "de": 30, "fr": 9, None: 1}),
    ],
)
def test_strata_have_their_shares(count: int, expected: dict[str | None, int]) -> None:
    taken = Counter(LANGUAGES[int(id_[1:])] for id_ in ids(count, method="Stratified", by="metadata.doc.language"))
    assert taken == expected


@given(st.dictionaries(st.text(min_size=1), st.integers(1, 500), min_size=1, max_size=20), st.integers(1, 3000))
def test_shares_add_up_and_none_is_more_than_there_are(sizes: dict[str, int], total: int) -> None:
    shares = apportion(sizes, total)
    assert sum(shares.values()) == min(total, sum(sizes.values()))
    assert all(0 <= shares[name] <= size for name, size in sizes.items())
    if total >= len(sizes):
        assert all(shares.values())


def test_strata_without_end_are_refused() -> None:
    @dataclass
    class Many:
        def __iter__(self) -> Iterator[Datapoint]:
            return (Datapoint(str(at), "x", metadata={"n": at}) for at in range(20_000))

    with pytest.raises(DataError, match=r"metadata\.n has over 10000 values"):
        chosen(Many(), 10, method="Stratified", by="metadata.n")
