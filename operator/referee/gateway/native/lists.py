"""Lists in the form of Kubernetes, the newest first, in pages that stay right while jobs come and go.

`continue` names the last job of the page before and not a number of jobs to skip: what was made meanwhile moves
nothing. A list is written in pieces, so that ten thousand jobs are never all unpacked at once, and others are answered
in between.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from referee.api.names import API_VERSION
from referee.gateway.errors import Malformed
from referee.gateway.newest import Newest
from referee.gateway.watched import JobEntry
from referee.runtime.kube import Object

_PIECE = 50
"""Objects written between two chances for other requests: about 5 ms."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which jobs; None: whatever it is."""

    phase: str | None = None
    group: str | None = None
    tag: str | None = None

    def matches(self, entry: JobEntry) -> bool:
        """Whether the job is one of them."""
        return (
            self.phase in (None, entry.phase)
            and self.group in (None, entry.group)
            and (self.tag is None or self.tag in entry.tags)
        )


def page(jobs: Newest[JobEntry], wanted: Filter, limit: int, after: str | None) -> tuple[list[JobEntry], str | None]:
    """The jobs of one page, and what `continue` has to be for the next one; a limit of 0 is none."""
    start = jobs.older_than(*_place(after)) if after else 0
    matching = (entry for entry in jobs[start:] if wanted.matches(entry))
    found = list(islice(matching, limit + 1 if limit else None))
    if not limit or len(found) <= limit:
        return found, None
    return found[:limit], _token(found[limit - 1])


async def written(kind: str, objects: Iterator[Object], following: str | None = None) -> AsyncIterator[bytes]:
    """A list as it is sent."""
    metadata = {"continue": following} if following else {}
    head = json.dumps({"apiVersion": API_VERSION, "kind": f"{kind}List", "metadata": metadata})
    yield f'{head[:-1]}, "items": ['.encode()
    separator = ""
    while piece := [json.dumps(document) for document in islice(objects, _PIECE)]:
        yield (separator + ",\n".join(piece)).encode()
        separator = ",\n"
        await asyncio.sleep(0)
    yield b"]}\n"


def _token(entry: JobEntry) -> str:
    return base64.urlsafe_b64encode(json.dumps([entry.created, entry.uid]).encode()).decode()


def _place(token: str) -> Sequence[str]:
    try:
        created, uid = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        created = uid = None
    if not isinstance(created, str) or not isinstance(uid, str):
        raise Malformed("continue: is no text that a list has given; take metadata.continue as it is")
    return created, uid
