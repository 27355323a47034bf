"""A Service in small: one address, behind which whoever answers takes the connection, one after the other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle


@asynccontextmanager
async def service(ports: Sequence[int], host: str = "127.0.0.1") -> AsyncIterator[str]:
    """The address, on this host; connections go to these ports in turn, past those where nobody listens."""
    turns = cycle(ports)
    open_now: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now.add(writer)
        for _ in ports:
            with contextlib.suppress(OSError):
                behind, ahead = await asyncio.open_connection("127.0.0.1", next(turns))
                open_now.add(ahead)
                await asyncio.gather(_pump(reader, ahead), _pump(behind, writer))
                break
        writer.close()

    server = await asyncio.start_server(serve, host, 0)
    async with server:
        yield f"http://{host}:{server.sockets[0].getsockname()[1]}"
        for writer in open_now:
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes, and the end of it, too."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
