"""When labels settle a sample: the gateway's count and the adapter's figures hold to this."""

import pytest

from referee.core.evaluation.labels import common, enough
from referee.core.evaluation.outcomes import Outcome


@pytest.mark.parametrize(
    ("outcomes", "needed", "wanted"),
    [
        ([], 1, "pending"),
        (["pending"], 1, "pending"),
        (["scored"], 2, "pending"),
        (["scored", "pending"], 2, "pending"),
        (["unscored"], 2, "pending"),
        (["scored", "scored"], 2, "scored"),
        (["skipped", "scored"], 2, "scored"),
        (["unscored", "scored"], 2, "scored"),
        (["skipped", "unscored"], 2, "unscored"),
        (["skipped", "skipped"], 2, "skipped"),
    ],
)
def test_every_settled_label_counts_and_the_best_of_them_says_what_it_is(
    outcomes: list[Outcome], needed: int, wanted: Outcome
) -> None:
    assert common(outcomes, needed) == wanted
    assert enough(sum(outcome != "pending" for outcome in outcomes), needed) == (wanted != "pending")


def test_what_the_run_has_given_up_needs_no_label() -> None:
    assert enough(0, 3, given_up=True)
