"""Lines with their timestamps, and the last so many bytes of them."""

import pytest

from referee.gateway.logs.lines import SECOND, Line, LogText, Tail, instant, parse, remarked

AT = 1_767_323_045
STAMP = "2026-01-02T03:04:05.123456789Z"


def test_a_line_is_what_was_said_and_when() -> None:
    [line] = parse(f"{STAMP} hello  world\n")

    assert (line.at, line.said) == (AT * SECOND + 123_456, "hello  world")


@pytest.mark.parametrize("stamp", ["2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00"])
def test_zones_and_whole_seconds_are_understood(stamp: str) -> None:
    assert parse(f"{stamp} x\n") == [Line(AT * SECOND, f"{stamp} x")]
    assert instant(AT) == "2026-01-02T03:04:05Z"


def test_an_empty_line_is_a_line() -> None:
    [line] = parse(f"{STAMP} \n")

    assert line.said == ""


def test_a_clock_that_goes_back_does_not_change_the_order() -> None:
    first, second = parse(f"{STAMP} a\n2026-01-02T03:04:00Z b\n")

    assert first.at == second.at


def test_a_remark_goes_with_the_line_before_it_and_alone_is_nothing() -> None:
    assert parse("unable to retrieve container logs for containerd://x") == []
    assert [line.said for line in parse(f"{STAMP} a\nfailed to watch file\n")] == ["a", "failed to watch file"]


def test_how_much_is_missing_stands_before_what_is_there() -> None:
    left_out, first = parse(remarked(f"{STAMP} a\n", 7))

    assert (left_out.said, first.said) == ("[7 bytes of the log before this line are left out]", "a")
    assert left_out.at == first.at
    assert remarked(f"{STAMP} a\n", 0) == f"{STAMP} a\n"


def test_other_line_ends_are_text() -> None:
    [line] = parse(f"{STAMP} 10%\r20%\x0b\u2028\n")

    assert line.said == "10%\r20%\x0b\u2028"


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_last_whole_lines_are_kept(size: int) -> None:
    raw = "".join(f"line {number:03}\n" for number in range(100)).encode()
    tail = Tail(40)
    for start in range(0, len(raw), size):
        tail.feed(raw[start : start + size])

    assert tail.text(ended=True) == LogText("line 096\nline 097\nline 098\nline 099\n", left_out=96 * 9)
    assert tail.read == len(raw)


def test_a_line_that_is_being_written_is_not_shown() -> None:
    tail = Tail(100)
    tail.feed("whole\nZür".encode())

    assert (tail.text(ended=False).text, tail.text(ended=True).text) == ("whole\n", "whole\nZür\n")


def test_a_line_without_end_takes_no_memory() -> None:
    tail = Tail(100)
    for _ in range(1000):
        tail.feed(b"x" * 50)

    assert len(tail.text(ended=True).text) <= 160
    assert tail.read == 50_000
