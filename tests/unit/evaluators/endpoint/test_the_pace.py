"""Ceilings, complaints and recovery, in virtual time."""

from referee_evaluators.endpoint.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def starts(pace: Pace, clock: Clock, seconds: float) -> int:
    """How many calls start in so much time, each as soon as it may."""
    until, count = clock.now + seconds, 0
    while clock.now < until:
        clock.now += max(pace.delay(0), 0.001)
        count += 1
    return count


def test_without_a_ceiling_nobody_waits() -> None:
    pace = Pace(clock=Clock())
    assert [pace.delay(10) for _ in range(1000)] == [0] * 1000


def test_a_ceiling_is_kept_evenly() -> None:
    clock = Clock()
    pace = Pace(600, clock=clock)
    delays = [pace.delay(0) for _ in range(4)]
    assert [round(delay, 6) for delay in delays] == [0, 0.1, 0.2, 0.3]


def test_tokens_are_a_ceiling_that_is_settled_afterwards() -> None:
    clock = Clock()
    pace = Pace(tokens_per_minute=6000, clock=clock)
    assert pace.delay(100) == 0
    assert round(pace.delay(100), 6) == 1
    pace.settle(200)
    assert round(pace.delay(100), 6) == 4


def test_a_complaint_halves_the_rate_once_however_many_come_together() -> None:
    clock = Clock()
    pace = Pace(6000, clock=clock)
    for _ in range(64):
        pace.complained(0)
    assert pace.rate == 50


def test_a_complaint_lets_everybody_wait_as_long_as_is_asked() -> None:
    clock = Clock()
    pace = Pace(6000, clock=clock)
    pace.complained(5)
    assert pace.delay(0) == 5


def test_the_rate_comes_back_to_the_ceiling() -> None:
    clock = Clock()
    pace = Pace(6000, clock=clock)
    pace.complained(0)
    starts(pace, clock, 5)
    assert 70 < pace.rate < 80
    starts(pace, clock, 10)
    assert pace.rate == 100


def test_without_a_ceiling_the_rate_is_what_was_seen_and_is_let_go_when_twice_of_it_is_borne() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    for _ in range(400):
        pace.delay(0)
        clock.now += 0.01
    pace.complained(0)
    assert 49 < pace.rate < 51
    starts(pace, clock, 5)
    assert 70 < pace.rate < 80
    starts(pace, clock, 40)
    assert pace.rate == 0
    assert pace.delay(0) == 0
