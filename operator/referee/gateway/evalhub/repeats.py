"""Which submit is the repetition of another, so that a job is not made twice because an answer was lost.

The SDK posts again after a time-out and after every 5xx, with no word that it does. A submit whose client went away,
or that was answered 5xx, is remembered for some seconds; the same person's same body then gets the same name, and the
API server, which makes each name once, decides the rest. What another gateway made some seconds ago counts as
unanswered too, since that one may have been killed before it answered; each such job is given out once. Two submits
that this gateway answered both are two jobs. With `Idempotency-Key` the name is made of the key: no guessing.
"""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fastapi import Request

from referee.gateway.evalhub.wire.times import parsed_time
from referee.gateway.objects import JobEntry, Objects
from referee.gateway.people import Person

SECONDS = 15.0
"""A repetition comes within them: the SDK's own come after about 1, 2 and 4 s.

Not the 30 s more of its time-out: here that is no matter, since the time begins when an attempt ends, and a client that
went away is seen. Of another gateway nothing is known but when it made the job, so each second more is one in which a
second job that somebody wants is taken for the first, also after the only gateway was replaced.
"""
_MOST = 4096
_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, where, and for what."""

    identity: str
    body: str
    """Digest of the body alone."""
    keyed: bool
    """The identity is made of an Idempotency-Key, and not of the body."""

    @classmethod
    def of(cls, person: Person, body: bytes, key: str) -> "Asked":
        """A submit with this body and, where it is not empty, this key."""
        own = hashlib.sha256(body).hexdigest()[:_DIGITS]
        parts = (person.user, person.tenant, "key" if key else "body", key or own)
        return cls(hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:_DIGITS], own, bool(key))

    def note(self, process: str) -> str:
        """What the job's annotation says."""
        return f"{self.identity}.{self.body}.{process}"

    def made(self, note: str) -> bool:
        """Whether the job with this annotation came of the same."""
        return note.split(".")[:2] == [self.identity, self.body]


@dataclass(eq=False)
class Attempt:
    """One submit under way."""

    asked: Asked
    name: str
    """What its job is called."""
    request: Request
    stands: JobEntry | None = None
    """The job, where it is known already."""
    answered: bool = False
    """Set once there is an answer, other than a failure of ours, and somebody to take it."""
    handed_on: bool = False
    """A repetition has taken its name over."""

    def hand_on(self) -> bool:
        """Give the name to a repetition, once."""
        first, self.handed_on = not self.handed_on, True
        return first


@dataclass(frozen=True, slots=True)
class _Lost:
    name: str
    until: float


@dataclass(eq=False)
class Repeats:
    """The memory of one gateway."""

    objects: Objects
    process: str
    """Name of this process, unlike that of any other there ever was."""
    _running: dict[str, list[Attempt]] = field(default_factory=dict)
    _lost: dict[str, list[_Lost]] = field(default_factory=dict)
    _claimed: dict[str, None] = field(default_factory=dict)

    @asynccontextmanager
    async def attempt(self, asked: Asked, request: Request, tenant: str) -> AsyncIterator[Attempt]:
        """A submit, from here to its answer."""
        attempt = await self._begin(asked, request, tenant)
        running = self._running.setdefault(asked.identity, [])
        running.append(attempt)
        try:
            yield attempt
        finally:
            running.remove(attempt)
            if not running:
                self._running.pop(asked.identity, None)
            if not attempt.answered and not attempt.handed_on and not asked.keyed:
                self._remember(attempt)

    async def _begin(self, asked: Asked, request: Request, tenant: str) -> Attempt:
        if asked.keyed:
            name = str(uuid.UUID(hex=asked.identity, version=5))
            return Attempt(asked, name, request, self.objects.job(tenant, name))
        if (known := self._unanswered(asked) or await self._left(asked)) is not None:
            return Attempt(asked, known, request, self.objects.job(tenant, known))
        if (foreign := self._of_another(asked, tenant)) is not None:
            return Attempt(asked, foreign.name, request, foreign)
        return Attempt(asked, str(uuid.uuid4()), request)

    def _unanswered(self, asked: Asked) -> str | None:
        """The name in an earlier submit that was not answered, or only with a failure of ours."""
        now = asyncio.get_running_loop().time()
        lost = [each for each in self._lost.pop(asked.identity, ()) if each.until > now]
        if len(lost) > 1:
            self._lost[asked.identity] = lost[1:]
        return lost[0].name if lost else None

    async def _left(self, asked: Asked) -> str | None:
        """The name in a submit that is under way and whose client has gone."""
        for attempt in tuple(self._running.get(asked.identity, ())):
            if not attempt.handed_on and await attempt.request.is_disconnected() and attempt.hand_on():
                return attempt.name
        return None

    def _of_another(self, asked: Asked, tenant: str) -> JobEntry | None:
        """A job that another gateway made of the same, a moment ago."""
        oldest = datetime.now(UTC) - timedelta(seconds=SECONDS)
        for entry in self.objects.requested(tenant, asked.identity):
            created = parsed_time(entry.created)
            foreign = asked.made(entry.request) and not entry.request.endswith(f".{self.process}")
            if foreign and created is not None and created >= oldest and entry.uid not in self._claimed:
                self._claimed[entry.uid] = None
                if len(self._claimed) > _MOST:
                    del self._claimed[next(iter(self._claimed))]
                return entry
        return None

    def _remember(self, attempt: Attempt) -> None:
        now = asyncio.get_running_loop().time()
        if len(self._lost) >= _MOST:
            self._lost = {identity: kept for identity, kept in self._lost.items() if kept[-1].until > now}
        self._lost.setdefault(attempt.asked.identity, []).append(_Lost(attempt.name, now + SECONDS))
