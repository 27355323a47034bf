"""Looking at logs until they are as they shall be: through the gateway, and into its store."""

import asyncio

from referee.runtime.kube import Object
from tests.integration.gateway.reading import Reading


def name(pod: Object) -> str:
    return str(pod["metadata"]["name"])


async def until_text(here: Reading, path: str, text: str) -> str:
    """The log as soon as it has this in it."""
    async with asyncio.timeout(20):
        while text not in (answer := await here.get(path)).text:
            assert answer.status_code == 200, answer.text
            await asyncio.sleep(0.1)
    return answer.text


async def until_kept(here: Reading, pod: str) -> None:
    """The store has the log of this pod."""
    uid = (await here.house.evaluation()).metadata.uid
    async with asyncio.timeout(20):
        while pod not in await pieces(here, uid):  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.05)


async def pieces(here: Reading, uid: str) -> list[str]:
    """Of which pods of a job the store has the log."""
    return [piece.pod async for piece in here.store.logs.read(uid)]
