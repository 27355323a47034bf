"""The adapter's side of one keeper: its process, and the frames to and from it.

The keeper gets an environment that is made here and holds nothing of ours, the socket, and no other descriptor.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from referee_evaluators.sandbox import frames
from referee_evaluators.sandbox.frames import Frame
from referee_evaluators.sandbox.limits import Limits
from referee_evaluators.sandbox.program import Program, SandboxUnavailable

_START_SECONDS = 60
_READ = 1 << 18
_PACKAGES = str(Path(__file__).resolve().parents[2])
_ENVIRONMENT = {
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    # So that sets are walked in the same order in every run.
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    # A child cannot start threads, and a fork must not find any.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


class KeeperGone(Exception):  # noqa: N818 - an event
    """The keeper ended while it had this call."""


class Link:
    """One keeper. `call` may be used by many at a time; how many children there may be is for the caller to bound."""

    def __init__(self, process: asyncio.subprocess.Process, control: socket.socket) -> None:
        self._process = process
        self._control = control
        self._calls: dict[int, asyncio.Future[Frame]] = {}
        self._programs: dict[Program, int] = {}
        self._last = 0
        self._send = asyncio.Lock()
        self._listening: asyncio.Task[None] | None = None
        self.landlock = 0
        self.gone = False

    @classmethod
    async def open(cls, limits: Limits, extra: Sequence[str]) -> "Link":
        """Start a keeper with these modules and wait until it has proved that it holds.

        Raises:
            SandboxUnavailable: it does not, and says why.
        """
        ours, its = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003 - socket's signature
        try:
            with its:
                process = await _start(its, limits, extra)
        except BaseException:
            ours.close()
            raise
        link = cls(process, ours)
        try:
            await asyncio.wait_for(link._welcome(), _START_SECONDS)
        except TimeoutError:
            await link.close()
            raise SandboxUnavailable(f"the sandbox did not start within {_START_SECONDS} s") from None
        except BaseException:
            await link.close()
            raise
        link._listening = asyncio.create_task(link._listen())
        return link

    async def call(self, program: Program, call: bytes) -> Frame:
        """Run the program on the call, in a child.

        Raises:
            KeeperGone: the keeper ended meanwhile.
        """
        if self.gone:
            raise KeeperGone
        self._last += 1
        number = self._last
        answered: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._calls[number] = answered
        data = self._introduce(program)
        data += frames.pack(frames.CALL, number, frames.NUMBER.pack(self._programs[program]) + call)
        try:
            async with self._send:
                await self._sent(data, number)
            return await answered
        except OSError as error:
            raise KeeperGone from error
        finally:
            self._calls.pop(number, None)

    async def close(self) -> None:
        """End the keeper and, by that, all of its children."""
        self._lose()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        self._control.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _sent(self, data: bytes, number: int) -> None:
        try:
            await asyncio.get_running_loop().sock_sendall(self._control, data)
        except BaseException:
            # Half a frame may be on its way: whoever comes next would be misunderstood.
            self._calls.pop(number, None)
            self._lose()
            raise

    def _introduce(self, program: Program) -> bytes:
        if program in self._programs:
            return b""
        number = self._programs[program] = len(self._programs)
        body = {"source": program.source, "function": program.function, "extra": list(program.extra)}
        return frames.pack(frames.PROGRAM, number, json.dumps(body).encode())

    async def _welcome(self) -> None:
        unpacker = frames.Unpacker()
        loop = asyncio.get_running_loop()
        while True:
            data = await loop.sock_recv(self._control, _READ)
            if not data:
                stderr = self._process.stderr
                said = (await stderr.read()).decode(errors="replace").strip() if stderr else ""
                last = said.splitlines()[-1] if said else "it said nothing"
                raise SandboxUnavailable(f"the sandbox ended while it started: {last}")
            for frame in unpacker.feed(data):
                if frame.kind == frames.BROKEN:
                    raise SandboxUnavailable(frame.body.decode())
                self.landlock = int(json.loads(frame.body)["landlock"])
                return

    async def _listen(self) -> None:
        unpacker = frames.Unpacker()
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while data := await loop.sock_recv(self._control, _READ):
                for frame in unpacker.feed(data):
                    if (answered := self._calls.get(frame.call)) and not answered.done():
                        answered.set_result(frame)
        self._lose()

    def _lose(self) -> None:
        self.gone = True
        for answered in self._calls.values():
            if not answered.done():
                answered.set_exception(KeeperGone())


async def _start(its: socket.socket, limits: Limits, extra: Sequence[str]) -> asyncio.subprocess.Process:
    order = json.dumps({"control": its.fileno(), "extra": list(extra), "limits": limits.wire()})
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-s", "-P", "-m", "referee_evaluators.sandbox.keeper", order),
        # Its own package is found where this one lies; nothing else of our environment goes along.
        env=_ENVIRONMENT | {"PYTHONPATH": _PACKAGES},
        cwd="/",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=(its.fileno(),),
        start_new_session=True,
    )
