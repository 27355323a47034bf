"""Histories of jobs, looked at again and again: each answer begins with the one before, and nothing is left out.

A history is made of benchmarks with attempts, each a container that writes lines at some times. What a gateway knows
at a moment lags behind: by up to two seconds for each container and each line, as kubelets and watches do.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from evalhub.client.job_logs import log_delta
from hypothesis import given, settings
from hypothesis import strategies as st

from referee.gateway.logs.lines import SECOND, Line
from referee.gateway.logs.merge import HOLD, Source, Stream, merged
from referee.gateway.logs.text import Writer, chunks, last

START = 1_790_000_000 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Container:
    """One attempt, as it really went."""

    lines: tuple[int, ...]
    """When each was written."""
    ended: int
    lag: int
    """After which the gateway knows what happened."""


@dataclass(frozen=True)
class Benchmark:
    attempts: tuple[Container, ...]
    decided: int
    """When the gateway knows that it is over."""


def line(index: int, attempt: int, number: int, at: int) -> Line:
    stamp = (_EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")
    return Line(at, f"{stamp} benchmark {index} attempt {attempt} line {number}")


@st.composite
def benchmark(draw: st.DrawFn) -> Benchmark:
    moment, attempts = START + draw(st.integers(0, 10 * SECOND)), []
    for _ in range(draw(st.integers(1, 3))):
        lines = []
        for pause in draw(st.lists(st.integers(0, 3 * SECOND), max_size=6)):
            moment += pause
            lines.append(moment)
        moment += draw(st.integers(0, SECOND))
        lag = draw(st.integers(0, HOLD - 1))
        attempts.append(Container(tuple(lines), moment, lag))
        moment += lag + draw(st.integers(0, 5 * SECOND))  # the next one is made when the end of this one is known
    known = max(a.ended + a.lag for a in attempts)
    return Benchmark(tuple(attempts), max(moment, known) + draw(st.integers(0, SECOND)))


def seen(index: int, one: Benchmark, now: int) -> Stream:
    """What the gateway knows of a benchmark."""
    sources = []
    for attempt, container in enumerate(one.attempts, 1):
        lines = [line(index, attempt, n, at) for n, at in enumerate(container.lines) if at + container.lag <= now]
        ended = container.ended + container.lag <= now
        if not lines and not ended:
            continue
        first = lines[0].at if lines else None
        sources.append(Source(f"pod-{index}-{attempt}", "adapter", index, attempt, lines, ended, first))
    return Stream(index, sources, open=one.decided > now)


def text_of(streams: list[Stream], now: int, tail: int | None) -> str:
    names = {stream.index: f"b{stream.index}" for stream in streams} if len(streams) > 1 else None
    writer = Writer(names, timestamps=True)
    lines = (text for placed in merged(streams, now) for text in writer.lines(placed))
    return b"".join(chunks(last(lines, tail))).decode()


histories = st.lists(benchmark(), min_size=1, max_size=4)
looks = st.lists(st.integers(0, 4 * SECOND), min_size=1, max_size=40)


@given(histories, looks)
@settings(max_examples=400, deadline=None)
def test_what_was_shown_stays(history: list[Benchmark], pauses: list[int]) -> None:
    end = max(one.decided for one in history)
    moments = [START]
    for pause in pauses:
        moments.append(moments[-1] + pause)
    before, told = "", ""
    for now in [*(m for m in moments if m < end), end, end + SECOND]:
        text = text_of([seen(i, one, now) for i, one in enumerate(history)], now, None)

        assert text.startswith(before)
        told += log_delta(before, text) if text else ""
        before = text or before
    assert told == before

    for i, one in enumerate(history):
        wanted = [
            line(i, attempt, n, at).text
            for attempt, container in enumerate(one.attempts, 1)
            for n, at in enumerate(container.lines)
        ]
        assert [part for part in before.split("\n") if f"benchmark {i} " in part] == wanted


@given(histories, looks, st.integers(5, 50))
@settings(max_examples=200, deadline=None)
def test_a_tail_is_told_without_repetition(history: list[Benchmark], pauses: list[int], tail: int) -> None:
    """As long as not more than the tail is new between two looks."""
    end = max(one.decided for one in history)
    moments, now = [], START
    for pause in pauses:
        moments.append(now)
        now += pause
    shown, before = "", ""
    for moment in [*(m for m in moments if m < end), end]:
        streams = [seen(i, one, moment) for i, one in enumerate(history)]
        whole = text_of(streams, moment, None)
        new = whole.removeprefix(shown)
        if new.count("\n") >= tail - 1:
            return
        text = text_of(streams, moment, tail)

        assert log_delta(before, text) == new
        shown, before = whole, text or before


def source(index: int, count: int, *, ended: bool) -> Source:
    lines = [line(index, 1, n, START + n * 1000) for n in range(count)]
    return Source(f"p{index}", "adapter", index, 1, lines, ended, START)


def test_lines_of_one_moment_stay_in_one_section() -> None:
    both = [Stream(i, [source(i, 3, ended=True)], open=False) for i in range(2)]

    assert text_of(both, START + 60 * SECOND, None).count("===") == 4


def test_the_young_is_held_back_while_another_may_write_before_it() -> None:
    writing = Stream(0, [source(0, 1, ended=False)], open=True)
    silent = Stream(1, [], open=True)

    assert text_of([writing, silent], START + SECOND, None) == ""
    assert "line 0" in text_of([writing, silent], START + 5 * SECOND, None)
    assert "line 0" in text_of([writing], START + SECOND, None)


def test_a_helper_that_failed_counts_as_written_at_its_end() -> None:
    """Known only when it is over: its first lines must not stand before what was shown."""
    own = [line(0, 1, 9, START), line(0, 1, 10, START + 20 * SECOND)]
    helper = replace(source(0, 0, ended=True), container="agent", lines=own, block=True)
    streams = [
        Stream(0, [source(0, 2, ended=True), helper], open=False),
        Stream(1, [source(1, 2, ended=True)], open=False),
    ]

    placed = list(merged(streams, START))

    assert [one.source.container for one in placed] == ["adapter"] * 4 + ["agent"] * 2
