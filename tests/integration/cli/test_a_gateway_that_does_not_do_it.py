"""A wrong token, a wrong address, a gateway that goes away: told in a sentence, or waited out."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from referee.cli.remote.choosing import opened
from referee.cli.remote.port import Lost, RemoteError, Wanted
from tests.integration.cli.backends import Backend, backend
from tests.integration.operator.team import Team


@pytest.fixture
async def user(team: Team, tmp_path: Path) -> AsyncIterator[Backend]:
    async with backend("gateway", team.cluster, team.namespace, tmp_path) as made:
        yield made


async def test_a_token_that_is_none_is_told_with_the_remedy(user: Backend) -> None:
    async with opened(user.context.model_copy(update={"token": "wrong"}), user.env) as remote:
        with pytest.raises(RemoteError, match="give a token: --token-file"):
            await remote.jobs(Wanted())


async def test_who_has_no_namespace_is_asked_for_one(user: Backend, team: Team) -> None:
    context = user.context.model_copy(update={"token": team.cluster.token})
    async with opened(context, user.env) as remote:
        with pytest.raises(RemoteError, match="whose jobs\\? Name the namespace: -n NAME"):
            await remote.jobs(Wanted())
    async with opened(context.model_copy(update={"namespace": team.namespace}), user.env) as remote:
        assert await remote.jobs(Wanted()) == []


async def test_nobody_there_is_told_with_the_address(user: Backend) -> None:
    async with opened(user.context.model_copy(update={"gateway": "http://127.0.0.1:9"}), user.env) as remote:
        with pytest.raises(Lost, match=r"http://127\.0\.0\.1:9 cannot be reached: "):
            await remote.get("one")
        with pytest.raises(Lost, match=r"whether one was changed is not known: look with `referee get one`"):
            await remote.edit("one", {"spec": {"cancel": True}})


async def test_what_is_no_gateway_is_told_so(user: Backend) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with opened(user.context.model_copy(update={"gateway": address}), user.env) as remote:
            with pytest.raises(RemoteError, match="what answers there is no gateway of Referee's"):
                await remote.get("one")
