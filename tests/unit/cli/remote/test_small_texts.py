"""Spans of time and ages, as people type and read them."""

from datetime import UTC, datetime, timedelta

import pytest

from referee.cli.remote.ages import age
from referee.cli.remote.spans import seconds

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (7199, "119m"),
        (7200, "2h"),
        (172_799, "47h"),
        (172_800, "2d"),
        (-5, "0s"),
    ],
)
def test_an_age_is_told_in_one_unit(ago: int, shown: str) -> None:
    assert age(NOW - timedelta(seconds=ago), NOW) == shown


def test_what_was_not_created_has_no_age() -> None:
    assert age(None, NOW) == "-"


@pytest.mark.parametrize(("text", "length"), [("30", 30), ("30s", 30), ("5m", 300), ("2h", 7200), ("1d", 86_400)])
def test_spans(text: str, length: int) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "0", "0s", "5 m", "-5m", "1w", "1.5h", "5m30s"])
def test_what_is_no_span_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write one such as 30s, 5m, 2h or 1d"):
        seconds(text)
