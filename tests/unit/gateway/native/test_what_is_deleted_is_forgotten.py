"""A deletion is seen by whoever asked for it, and takes nothing else with it."""

from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from fastapi import FastAPI

from referee.gateway.answers import install
from referee.gateway.native.jobs import jobs_router
from referee.gateway.people import Person
from tests.unit.gateway.native.entries import NAMESPACE, Cached, job

if TYPE_CHECKING:
    from referee.gateway.services import Services


class Anybody:
    """People, and an API server in whose DELETE a watch may be quicker than the answer."""

    def __init__(self, cached: Cached, *, made_again: bool) -> None:
        self.objects = cached.objects
        self._cached = cached
        self._made_again = made_again

    @property
    def people(self) -> "Anybody":
        return self

    async def identify(self, _: object) -> Person:
        return Person("somebody", (), "token", NAMESPACE)

    def kube(self, _: Person) -> "Anybody":
        return self

    async def delete(self, _: str, **__: Any) -> None:
        if self._made_again:
            self._cached.jobs.discard((NAMESPACE, "a"), "uid-of-a")
            self._cached.put(job("a", 2, uid="of-the-next"))


@pytest.mark.parametrize(("made_again", "left"), [(False, None), (True, "of-the-next")])
async def test_it_is_gone_and_not_what_was_made_in_its_place(
    cached: Cached, left: str | None, *, made_again: bool
) -> None:
    cached.put(job("a", 1))
    app = FastAPI()
    install(app)
    app.include_router(jobs_router(cast("Services", Anybody(cached, made_again=made_again))))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        answer = await client.delete("/evaluationjobs/a")

    entry = cached.objects.job(NAMESPACE, "a")
    assert answer.status_code == 204
    assert (entry and entry.uid) == left
