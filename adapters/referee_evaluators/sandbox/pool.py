"""The sandbox, as evaluators use it: a program and a call in, a value or a sentence out.

One keeper for each set of extra modules, started at the first call that needs it and again when it was lost; and one
bound on the children of all keepers together, since each may use a CPU and its memory limit whole.
"""

import asyncio
import json
import logging
from collections import defaultdict
from time import monotonic

from referee_evaluators.sandbox import frames
from referee_evaluators.sandbox.frames import Frame
from referee_evaluators.sandbox.limits import Limits
from referee_evaluators.sandbox.link import KeeperGone, Link
from referee_evaluators.sandbox.program import Call, CodeError, Program, Returned, SandboxLost, SandboxUnavailable
from referee_evaluators.sandbox.room import children_at_once

_log = logging.getLogger(__name__)
_SURROGATE = b"\\ud"
_TRIES = 2
_PATIENCE = 60
"""Seconds beyond a child's own limit after which the keeper itself counts as stuck."""


class SandboxPool:
    """Runs users' code. Used by many at a time."""

    def __init__(self, limits: Limits | None = None, children: int | None = None) -> None:
        """Start nothing yet.

        Args:
            limits: of one call.
            children: how many may run at once; as many as there is room for, if not given.
        """
        self.limits = limits or Limits()
        self._room = asyncio.Semaphore(children or children_at_once(self.limits.memory))
        self.landlock = 0
        """The version of Landlock that is the second line; 0 where there is none. Known after `start`."""
        self._closed = False
        self._expected: set[tuple[str, ...]] = set()
        self._links: dict[tuple[str, ...], Link] = {}
        self._starting: defaultdict[tuple[str, ...], asyncio.Lock] = defaultdict(asyncio.Lock)

    def expect(self, program: Program) -> None:
        """Say, before `start`, that this program will be run."""
        self._expected.add(program.extra)

    async def start(self) -> None:
        """Start what the expected programs need, so that a machine without a sandbox is known before any call.

        Raises:
            SandboxUnavailable: users' code cannot be held on this machine, and why.
        """
        for extra in sorted(self._expected):
            self.landlock = (await self._link(extra)).landlock
        _log.info("code runs behind the system-call filter; Landlock: %s", self.landlock or "none")

    async def run(self, program: Program, call: Call) -> Returned:
        """Run the program on one call, in a child of its own.

        Raises:
            CodeError: the code's own fault.
            SandboxLost: the keeper ended, each time we tried.
            SandboxUnavailable: there is no sandbox on this machine.
        """
        body = json.dumps({"arguments": list(call.arguments), "keywords": dict(call.keywords)}).encode()
        if len(body) > self.limits.call_bytes:
            raise CodeError(f"The sample has {len(body):,} bytes; code can take {self.limits.call_bytes:,} at most.")
        async with self._room:
            for _ in range(_TRIES):
                link = await self._link(program.extra)
                started = monotonic()
                try:
                    frame = await asyncio.wait_for(link.call(program, body), self.limits.seconds + _PATIENCE)
                    return _read(frame, monotonic() - started)
                except TimeoutError:
                    await link.close()
                except KeeperGone:
                    continue
        raise SandboxLost(f"the sandbox's keeper ended {_TRIES} times during this call; the pod may be short of memory")

    async def close(self) -> None:
        """End all of it; calls under way are lost."""
        self._closed = True
        await asyncio.gather(*(link.close() for link in self._links.values()))
        self._links.clear()

    async def _link(self, extra: tuple[str, ...]) -> Link:
        async with self._starting[extra]:
            link = self._links.get(extra)
            if link is not None and not link.gone:
                return link
            if link is not None:
                await link.close()
            if self._closed:
                raise SandboxLost("the sandbox was closed during this call")
            try:
                self._links[extra] = await Link.open(self.limits, extra)
            except OSError as error:
                raise SandboxUnavailable(f"the sandbox could not be started: {error}") from error
            return self._links[extra]


def _read(frame: Frame, seconds: float) -> Returned:
    if frame.kind == frames.ENDED:
        raise CodeError(frame.body.decode(), seconds=seconds)
    # The child made these bytes, and the user's code may have: their length is all that is known of them.
    try:
        answer = json.loads(frame.body)
        if _SURROGATE in frame.body.lower():  # half a character, which no other text may hold
            answer = json.loads(json.dumps(answer, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        printed = answer.get("printed")
        printed = printed if isinstance(printed, str) else ""
        if "value" in answer:
            return Returned(answer["value"], printed, seconds)
        if isinstance(error := answer.get("error"), str):
            raise CodeError(error, printed, seconds)
    raise CodeError("The code spoiled its own answer: it is no JSON that can be read.", seconds=seconds)
