"""A share of the samples is labelled: which, nobody has to tell anybody."""

import pytest

from referee.core.evaluation.drawn import drawn

IDS = [f"q{number}" for number in range(4000)]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_about_as_many_are_drawn_as_the_share_says(share: float) -> None:
    spread = (4000 * share * (1 - share)) ** 0.5
    assert abs(sum(drawn(id_, share) for id_ in IDS) - 4000 * share) < 4 * spread


def test_a_smaller_share_is_a_part_of_a_larger_one() -> None:
    tenth, half = ({id_ for id_ in IDS if drawn(id_, share)} for share in (0.1, 0.5))
    assert tenth < half


def test_the_same_are_drawn_in_every_version() -> None:
    """What is labelled already would else not be what is waited for."""
    assert [id_ for id_ in IDS[:20] if drawn(id_, 0.3)] == ["q6", "q8", "q14", "q16", "q18", "q19"]


def test_all_are_all_whatever_their_ids() -> None:
    assert all(drawn(id_, 1) for id_ in [*IDS, "", "\ud800", "ä"])
    assert isinstance(drawn("\ud800", 0.5), bool)
