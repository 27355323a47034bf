"""One job and lists of jobs as bytes, for whoever may read them.

A whole list is kept as long as nothing in its namespace changes: what polls lists asks for the same one again and
again. What may be read is asked each time.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from fastapi import Request

from referee.gateway.evalhub.listing import PARAMETERS, page_of_jobs
from referee.gateway.evalhub.pages import Page, encode, here
from referee.gateway.evalhub.queries import query_of
from referee.gateway.evalhub.rendering import Rendering
from referee.gateway.finding import find_job, require_primed
from referee.gateway.objects import JobEntry
from referee.gateway.people import Person
from referee.gateway.services import Services
from referee.runtime.paths import EVALUATION_JOBS

_AT_ONCE = 20
"""Documents made before others get their turn: some milliseconds."""
_LISTS = 64
_LARGEST = 512 * 1024
"""Bytes of a list that is kept."""


class Reading:
    """The read side of the jobs' surface."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._objects = services.objects
        self.rendering = Rendering(services.objects, services.store)
        self._lists: OrderedDict[tuple[str, str], tuple[tuple[int, int], bytes]] = OrderedDict()
        self._primed = False

    async def job(self, person: Person, name: str) -> bytes:
        """The document of one job.

        Raises:
            Refusal: there is none that this person may read.
        """
        entry = await find_job(self._services, person, name)
        return await self.rendering.body(entry) + b"\n"

    async def page(self, person: Person, request: Request) -> bytes:
        """The list that a request asks for.

        Raises:
            Refusal: its parameters are wrong, or the person may not list.
        """
        await self._services.people.require(person, "list", EVALUATION_JOBS)
        key, generation = (person.tenant, here(request)), self._objects.generation(person.tenant)
        kept = self._lists.get(key)
        if kept is not None and kept[0] == generation:
            return kept[1]
        query = query_of(request, PARAMETERS)
        if not self._primed:
            require_primed(self._objects)
            self._primed = True
        page = page_of_jobs(self._objects.jobs(person.tenant), request, query)
        body = _joined(page, await self._items(page.items))
        if len(body) <= _LARGEST and all(self.rendering.known(entry, brief=True) for entry in page.items):
            self._lists[key] = generation, body
            self._lists.move_to_end(key)
            if len(self._lists) > _LISTS:
                self._lists.popitem(last=False)
        return body

    async def _items(self, entries: Sequence[JobEntry]) -> list[bytes]:
        items, made = [], 0
        for entry in entries:
            item = self.rendering.known(entry, brief=True)
            if item is None:
                item, made = await self.rendering.body(entry, brief=True), made + 1
                if made % _AT_ONCE == 0:
                    await asyncio.sleep(0)
            items.append(item)
        return items


def _joined(page: Page[JobEntry], items: Sequence[bytes]) -> bytes:
    """The list's document, of items that are bytes already."""
    return b"".join((encode(page.frame())[:-1], b',"items":[', b",".join(items), b"]}\n"))
