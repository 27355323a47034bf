"""A LIST in pages, so that 12,000 objects never stand in memory at once.

All pages are one snapshot, that of the first page's resourceVersion. A continue token that expired on the way (Gone)
is not papered over with the server's inconsistent continuation: a sweep that mixes two snapshots could drop an object
that was there all the time. The caller lists again.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

ReadPage = Callable[[str, dict[str, str]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects of a collection, decided by the server."""

    labels: str = ""
    fields: str = ""

    @property
    def query(self) -> dict[str, str]:
        """As query parameters; empty selectors are left out."""
        wanted = {"labelSelector": self.labels, "fieldSelector": self.fields}
        return {name: value for name, value in wanted.items() if value}


class Listing:
    """Iterate to get the objects; each gets the list's apiVersion and kind, which the server leaves out of items."""

    def __init__(self, read_page: ReadPage, path: str, selection: Selection, limit: int) -> None:
        """Nothing is read before the first iteration."""
        self._read_page = read_page
        self._path = path
        self._selection = selection
        self._limit = limit
        self.resource_version = ""
        """The snapshot's; known from the first page on."""

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        query = {"limit": str(self._limit), **self._selection.query}
        while True:
            page = await self._read_page(self._path, query)
            meta = page["metadata"]
            self.resource_version = self.resource_version or meta["resourceVersion"]
            kind, api_version = str(page.get("kind", "")).removesuffix("List"), page.get("apiVersion", "")
            for item in page.get("items") or ():
                yield {"apiVersion": api_version, "kind": kind, **item}
            if not meta.get("continue"):
                return
            query["continue"] = meta["continue"]
