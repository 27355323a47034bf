"""The events endpoint on loopback: the gateway's own application, in the process of the command.

The address listens before the server is there to answer: its imports (half a second, in a thread) and those of the
first adapters then go on side by side, and an early event waits in the socket's queue.
"""

import asyncio
import contextlib
import importlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from referee.local.children import LocalChildren

if TYPE_CHECKING:
    from referee.local.journals import LocalJournals

_HOST = "127.0.0.1"


class EventsServer:
    """Takes what adapters report, as long as a job runs."""

    def __init__(self, children: LocalChildren, ended: Callable[[], None]) -> None:
        """Listen on a free port; `ended` is called when nobody answers there any more."""
        self._children = children
        self._told = ended
        self._socket = socket.socket()
        self._socket.bind((_HOST, 0))
        self._socket.listen()
        self._ended = asyncio.Event()
        self._journal: Path | None = None
        self._task: asyncio.Task[None] | None = None

    def callback_url(self, secret: str) -> str:
        """What an attempt's job spec says: the secret in the path is its credential, for want of a token."""
        return f"http://{_HOST}:{self._socket.getsockname()[1]}/{secret}"

    def serve(self, journal: Path | None = None) -> None:
        """Begin to answer, and to keep a journal in this results directory, if any; a second call changes nothing."""
        if self._task is None:
            self._journal = journal
            self._task = asyncio.create_task(self._serve())
            self._task.add_done_callback(lambda _: self._told())

    def check(self) -> None:
        """Raise what ended the server before its time: adapters would go on posting to nobody."""
        if self._task is not None and self._task.done():
            self._task.result()

    async def close(self) -> None:
        """Stop answering."""
        self._ended.set()
        try:
            if self._task is not None:
                await self._task
        finally:
            self._socket.close()

    async def _serve(self) -> None:
        for module in ("referee.gateway.app", *(("referee.local.journals",) if self._journal else ())):
            await asyncio.to_thread(importlib.import_module, module)
        if not self._ended.is_set():
            await self._answer()

    async def _answer(self) -> None:
        import uvicorn  # noqa: PLC0415 - see above

        from referee.gateway.app import create_app  # noqa: PLC0415 - see above

        ended = self._ended

        class Server(uvicorn.Server):
            async def main_loop(self) -> None:
                await ended.wait()  # uvicorn's own asks ten times a second

            @contextlib.contextmanager
            def capture_signals(self) -> Iterator[None]:
                yield  # Ctrl-C is the command's: it means cancel, not that the endpoint goes away

        journals = self._journals()
        app = create_app(self._children, secret_in_path=True, journals=journals)
        config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1)
        try:
            await Server(config).serve(sockets=[self._socket])
        finally:
            if journals is not None:
                await journals.close()

    def _journals(self) -> "LocalJournals | None":
        if self._journal is None:
            return None
        from referee.local.journals import LocalJournals  # noqa: PLC0415 - a run of benchmarks needs no store

        return LocalJournals(self._journal)
