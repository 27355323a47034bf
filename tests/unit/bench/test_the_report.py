"""What `make bench` leaves behind: rows of the agreed shape, whose verdicts follow from their numbers."""

import json

import pytest

from tests.bench.latency import percentile
from tests.bench.rows import Goal, Row, limited, unmeasured
from tests.bench.table import Machine, show

SHAPE = {
    "name": str,
    "unit": str,
    "ours": float,
    "reference": float,
    "referenceIs": str,
    "ratio": float,
    "goal": str,
    "met": bool,
}
BESIDE_A_PEER = Row("jobs", "/s", 61.8, 85.6, "a bare client", Goal("ratio", ">=", 0.5))
BELOW_A_LIMIT = limited("memory", "MiB", 119.25, Goal("ours", "<", 150))
NO_GOAL = Row("events", "/s", 200, 400, "another server")
NOT_HERE = unmeasured("pod", "s", "no root", Goal("ours", "<", 2))


@pytest.mark.parametrize("row", [BESIDE_A_PEER, BELOW_A_LIMIT])
def test_a_row_has_every_field_in_its_type(row: Row) -> None:
    document = json.loads(json.dumps(row.document(), allow_nan=False))
    assert {field: type(value) for field, value in document.items()} == SHAPE


def test_a_row_that_could_not_be_measured_says_why_and_meets_nothing() -> None:
    document = NOT_HERE.document()
    assert set(document) == set(SHAPE)
    assert (document["ours"], document["reference"], document["ratio"]) == (None, None, None)
    assert document["referenceIs"] == "not measured: no root"
    assert document["met"] is False


def test_a_row_without_a_goal_is_neither_met_nor_missed() -> None:
    document = NO_GOAL.document()
    assert set(document) == set(SHAPE)
    assert (document["goal"], document["met"], document["ratio"]) == (None, None, 0.5)


@pytest.mark.parametrize(
    ("ours", "goal", "met"),
    [
        (49.9, Goal("ours", ">=", 50), False),
        (50, Goal("ours", ">=", 50), True),
        (150, Goal("ours", "<", 150), False),
        (5, Goal("ours", "<=", 5), True),
        (50, Goal("ratio", ">=", 0.5), True),
        (49, Goal("ratio", ">=", 0.5), False),
    ],
)
def test_a_goal_is_met_by_the_number_it_names(ours: float, goal: Goal, met: bool) -> None:
    row = Row("x", "", ours, 100, "a hundred", goal)
    assert (row.met, row.document()["goal"]) == (met, f"{goal.of} {goal.sign} {goal.bound:g}")


def test_the_table_shows_every_row_and_how_busy_the_machine_was(capsys: pytest.CaptureFixture[str]) -> None:
    show([BESIDE_A_PEER, BELOW_A_LIMIT, NOT_HERE, NO_GOAL], Machine((0.5, 2.25)))
    printed = capsys.readouterr().out
    for text in (
        "jobs",
        "61.8 /s",
        "0.722",
        "119 MiB",
        "not measured: no root",
        "another server",
        "0.5 at the start, 2.2 at the end",
    ):
        assert text in printed


def test_a_percentile_is_that_of_the_slow_end() -> None:
    assert percentile([float(number) for number in range(101)], 99) == 99
