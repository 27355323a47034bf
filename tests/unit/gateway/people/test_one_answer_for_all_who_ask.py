"""The cache of answers: kept for its time, asked once for everybody, bounded, and honest about failures."""

import asyncio
from collections.abc import Awaitable

import pytest

from referee.gateway.people.answers import Answers


class Asked:
    """Something slow that counts."""

    def __init__(self, seconds: float = 10, *, fails: int = 0) -> None:
        self.times = 0
        self._seconds = seconds
        self._fails = fails

    def __call__(self) -> Awaitable[tuple[int, float]]:
        return self._answer()

    async def _answer(self) -> tuple[int, float]:
        self.times += 1
        now = self.times
        await asyncio.sleep(1)
        if now <= self._fails:
            raise LookupError(f"failure {now}")
        return now, self._seconds


async def test_an_answer_counts_for_its_time_and_no_longer() -> None:
    answers: Answers[str, int] = Answers(10)
    asked = Asked(seconds=10)

    assert await answers.get("a", asked) == 1
    await asyncio.sleep(9.9)
    assert await answers.get("a", asked) == 1
    await asyncio.sleep(0.2)
    assert answers.peek("a") is None
    assert await answers.get("a", asked) == 2


async def test_a_hundred_who_ask_at_once_are_one_question() -> None:
    answers: Answers[str, int] = Answers(10)
    asked = Asked()

    assert set(await asyncio.gather(*(answers.get("a", asked) for _ in range(100)))) == {1}
    assert asked.times == 1


async def test_a_failure_reaches_everybody_who_waits_and_is_not_kept() -> None:
    answers: Answers[str, int] = Answers(10)
    asked = Asked(fails=1)

    failed = await asyncio.gather(*(answers.get("a", asked) for _ in range(5)), return_exceptions=True)

    assert [str(error) for error in failed] == ["failure 1"] * 5
    assert await answers.get("a", asked) == 2


async def test_who_asked_first_goes_away_and_the_next_one_asks() -> None:
    answers: Answers[str, int] = Answers(10)
    asked = Asked()
    first, *others = [asyncio.create_task(answers.get("a", asked)) for _ in range(4)]
    await asyncio.sleep(0.5)

    first.cancel()

    assert await asyncio.gather(*others) == [2, 2, 2]
    assert first.cancelled()


async def test_who_waits_goes_away_and_nobody_notices() -> None:
    answers: Answers[str, int] = Answers(10)
    asked = Asked()
    first, second, third = [asyncio.create_task(answers.get("a", asked)) for _ in range(3)]
    await asyncio.sleep(0.5)

    second.cancel()

    assert [await first, await third] == [1, 1]


async def test_the_oldest_goes_where_there_is_no_room() -> None:
    answers: Answers[int, int] = Answers(3)
    for key in (1, 2, 3, 1, 4):
        await answers.get(key, Asked(seconds=1000))

    assert [key for key in (1, 2, 3, 4) if answers.peek(key) is not None] == [2, 3, 4]


async def test_what_was_asked_anew_is_the_newest() -> None:
    answers: Answers[int, int] = Answers(2)
    await answers.get(1, Asked(seconds=1))
    await answers.get(2, Asked(seconds=1000))
    await asyncio.sleep(1)
    await answers.get(1, Asked(seconds=1000))
    await answers.get(3, Asked(seconds=1000))

    assert [key for key in (1, 2, 3) if answers.peek(key) is not None] == [1, 3]


@pytest.mark.parametrize("value", [0, ""], ids=repr)
async def test_an_answer_that_is_false_is_one(value: object) -> None:
    answers: Answers[str, object] = Answers(10)
    times = 0

    async def ask() -> tuple[object, float]:
        nonlocal times
        times += 1
        return value, 10

    assert [await answers.get("a", ask) for _ in range(3)] == [value] * 3
    assert times == 1


async def test_what_is_forgotten_is_asked_anew() -> None:
    answers: Answers[str, int] = Answers(10)
    asked = Asked()
    await answers.get("a", asked)

    answers.forget("a")

    assert await answers.get("a", asked) == 2
