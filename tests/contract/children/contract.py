"""What the events endpoint may rely on, wherever children live: a class of tests to be inherited once for each port.

An heir gives the fixture `house`. Only what can be seen through the port, and what is kept in the end, is looked at.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from referee.core.children import Progress
from referee.core.result import MAX_BYTES, canonical
from referee.gateway.errors import NotPermitted, Standing, Unauthenticated, Unknown
from referee.gateway.reporting.children import Caller, Children

Json = dict[str, Any]

RESULT: Json = {"status": "Completed", "metrics": [{"name": "acc", "value": 0.5, "stderr": 0.05, "n": 100}]}
OTHER: Json = {"status": "Completed", "metrics": [{"name": "acc", "value": 0.75, "n": 100}]}
PARTIAL: Json = {"status": "Completed", "metrics": [{"name": "acc", "value": 0.25, "n": 10}]}
LATER: Json = {"status": "Completed", "metrics": [{"name": "acc", "value": 0.3, "n": 20}]}

JOB, OTHER_JOB = "capitals", "rivers"
PROVIDER = "harness"
BENCHMARKS = ("arc", "boolq")
PRIMARY = "acc"


@dataclass(frozen=True)
class Running:
    """A child whose adapter runs."""

    credential: str
    name: str
    uid: str


@dataclass(frozen=True)
class Kept:
    """What is kept of a child."""

    result: Json | None
    partial: Json | None
    progress: Json | None


class House(Protocol):
    """A place where children live: one job, `JOB`, of two benchmarks whose primary metric is `PRIMARY`."""

    @property
    def children(self) -> Children:
        """The port under test."""
        ...

    async def start(self, index: int) -> Running:
        """Start the child of a benchmark."""
        ...

    async def end(self, child: Running) -> None:
        """Let its adapter end."""
        ...

    async def again(self, child: Running) -> Running:
        """Take the child away and start another one under its name."""
        ...

    async def kept(self, child: Running) -> Kept:
        """Read what is kept."""
        ...


class ChildrenContract:
    """Inherit it, and give `house`."""

    async def test_a_credential_tells_its_own_benchmark(self, house: House) -> None:
        for index, benchmark in enumerate(BENCHMARKS):
            child = await house.start(index)

            caller = await house.children.identify(child.credential)

            assert (caller.child.name, caller.child.uid) == (child.name, child.uid)
            assert (caller.job, caller.provider, caller.benchmark, caller.index) == (JOB, PROVIDER, benchmark, index)
            assert caller.kept == {PRIMARY}

    async def test_what_is_no_credential_is_nobody(self, house: House) -> None:
        with pytest.raises(Unauthenticated):
            await house.children.identify("let-me-in")

    async def test_an_adapter_that_has_ended_may_report_no_more(self, house: House) -> None:
        child = await house.start(0)
        await house.end(child)

        with pytest.raises(NotPermitted):
            await house.children.identify(child.credential)

    async def test_a_job_that_is_not_there_is_not_known(self, house: House) -> None:
        caller = await _caller(house)

        assert not await house.children.knows(caller, OTHER_JOB)

    async def test_a_result_is_kept_when_the_call_returns(self, house: House) -> None:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)

        await house.children.put_result(caller, RESULT)

        assert (await house.kept(child)).result == RESULT

    async def test_the_same_result_again_is_fine(self, house: House) -> None:
        caller = await _caller(house)

        for _ in range(3):
            await house.children.put_result(caller, RESULT)

    async def test_the_order_of_its_fields_does_not_make_another_result(self, house: House) -> None:
        caller = await _caller(house)
        await house.children.put_result(caller, RESULT)

        await house.children.put_result(caller, dict(reversed(RESULT.items())))

    async def test_the_first_final_result_stands(self, house: House) -> None:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)
        await house.children.put_result(caller, RESULT)

        with pytest.raises(Standing):
            await house.children.put_result(caller, OTHER)

        assert (await house.kept(child)).result == RESULT

    async def test_of_many_at_once_one_wins(self, house: House) -> None:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)
        results = [RESULT, OTHER] * 4

        ended = await asyncio.gather(
            *(house.children.put_result(caller, result) for result in results), return_exceptions=True
        )

        won = (await house.kept(child)).result
        assert [error is None for error in ended] == [result == won for result in results]
        assert all(error is None or isinstance(error, Standing) for error in ended)

    async def test_a_later_partial_result_replaces_an_earlier_one(self, house: House) -> None:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)

        await house.children.put_partial(caller, PARTIAL)
        await house.children.put_partial(caller, LATER)

        assert await house.kept(child) == Kept(None, LATER, None)

    async def test_a_final_result_comes_after_a_partial_one(self, house: House) -> None:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)
        await house.children.put_partial(caller, PARTIAL)

        await house.children.put_result(caller, RESULT)

        assert (await house.kept(child)).result == RESULT

    async def test_no_partial_result_comes_after_a_final_one(self, house: House) -> None:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)
        await house.children.put_result(caller, RESULT)

        with pytest.raises(Standing):
            await house.children.put_partial(caller, LATER)

        assert await house.kept(child) == Kept(RESULT, None, None)

    async def test_a_child_made_again_under_the_name_gets_nothing_of_its_predecessor(self, house: House) -> None:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)
        heir = await house.again(child)

        with pytest.raises(Unknown):
            await house.children.put_result(caller, RESULT)
        with pytest.raises(Unknown):
            await house.children.put_partial(caller, PARTIAL)

        assert heir.name == child.name
        assert await house.kept(heir) == Kept(None, None, None)

    async def test_two_children_do_not_disturb_each_other(self, house: House) -> None:
        first, second = await house.start(0), await house.start(1)
        for child, result in ((first, RESULT), (second, OTHER)):
            await house.children.put_result(await house.children.identify(child.credential), result)

        assert [(await house.kept(child)).result for child in (first, second)] == [RESULT, OTHER]

    async def test_the_largest_result_fits(self, house: House) -> None:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)
        rest = MAX_BYTES - len(canonical({**RESULT, "message": ""}))
        largest = {**RESULT, "message": "x" * rest}

        await house.children.put_result(caller, largest)

        assert (await house.kept(child)).result == largest

    async def test_progress_arrives(self, house: House) -> None:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)

        await house.children.put_progress(caller, Progress(total=200, done=50, errors=1))

        await _soon(house, child, lambda kept: kept.progress == {"total": 200, "done": 50, "errors": 1})

    async def test_a_result_does_not_wait_for_progress(self, house: House) -> None:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)
        for done in range(100):
            await house.children.put_progress(caller, Progress(total=100, done=done))

        async with asyncio.timeout(2):
            await house.children.put_result(caller, RESULT)

        assert (await house.kept(child)).result == RESULT

    async def test_progress_after_the_end_is_no_mistake(self, house: House) -> None:
        child = await house.start(0)
        caller = await house.children.identify(child.credential)
        await house.children.put_result(caller, RESULT)

        await house.children.put_progress(caller, Progress(total=100, done=99))

        assert await house.kept(child) == Kept(RESULT, None, None)


async def _caller(house: House) -> Caller:
    child = await house.start(0)
    return await house.children.identify(child.credential)


async def _soon(house: House, child: Running, true: Callable[[Kept], bool]) -> None:
    async with asyncio.timeout(10):
        while not true(await house.kept(child)):  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.02)
