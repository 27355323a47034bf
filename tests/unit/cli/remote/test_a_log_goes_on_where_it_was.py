"""A log that is read again from the last second shows no line twice and leaves none out."""

from referee.cli.remote.cluster_logs import Shown

LINES = [
    ("2026-01-01T00:00:01.5Z", "a"),
    ("2026-01-01T00:00:01.50Z", "b"),
    ("2026-01-01T00:00:01.123456789Z", "c"),
    ("2026-01-01T00:00:02Z", "d"),
    ("2026-01-01T00:00:02Z", "e"),
    ("2026-01-01T00:00:02.1Z", "f"),
]


def test_in_one_go_every_line_is_shown_whatever_its_time() -> None:
    shown = Shown()
    shown.read_again()
    assert [said for stamp, said in LINES if shown.is_new(stamp)] == ["a", "b", "c", "d", "e", "f"]


def test_after_a_break_it_goes_on() -> None:
    for broken_after in (4, 5, 6):
        shown = Shown()
        shown.read_again()
        seen = [said for stamp, said in LINES[:broken_after] if shown.is_new(stamp)]
        shown.read_again()
        again = [line for line in LINES if line[0] >= shown.last[:19]]  # as the kubelet does: whole seconds
        seen += [said for stamp, said in again if shown.is_new(stamp)]
        assert seen == ["a", "b", "c", "d", "e", "f"], broken_after
