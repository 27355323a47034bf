"""One page of a list, and JSON as EvalHub writes it.

Without `limit` a list is complete, since the SDK never asks for a second page; `limit=0` says the same. `first` is the
request itself, `next` is there while more follows. Both are paths without a host: a client behind a proxy stays there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response

from referee.gateway.evalhub.queries import Query, query_of

T = TypeVar("T")

PAGING = ("limit", "offset")
"""Parameters that every list takes."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """What of a list is shown, and where the rest is."""

    items: Sequence[T]
    total: int
    limit: int
    """0: no limit."""
    first: str
    next: str | None = None

    def frame(self) -> dict[str, Any]:
        """The document without its items."""
        links = {"first": {"href": self.first}} | ({"next": {"href": self.next}} if self.next else {})
        return {**links, "limit": self.limit, "total_count": self.total}

    def document(self, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The document, with the items as they are written."""
        return {**self.frame(), "items": list(items)}


def page_of(items: Sequence[T], request: Request, query: Query | None = None) -> Page[T]:
    """The part of a list that the request asks for, by `limit` and `offset`."""
    query = query or query_of(request)
    limit, offset = query.number("limit") or 0, query.number("offset") or 0
    end = offset + limit if limit else len(items)
    following = next_href(request, query, offset=end) if end < len(items) else None
    return Page(items[offset:end], len(items), limit, here(request), following)


def here(request: Request) -> str:
    """The request's own path and query, as they came."""
    scope = request.scope
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def next_href(request: Request, query: Query, **changed: object) -> str:
    """The request's address with other values for some parameters, in alphabetical order."""
    kept = [(name, value) for name, value in query.pairs if name not in changed]
    pairs = sorted([*kept, *((name, str(value)) for name, value in changed.items())])
    return f"{here(request).partition('?')[0]}?{urlencode(pairs)}"


def encode(document: object) -> bytes:
    """JSON on one line, with the characters escaped that Go escapes; a number that is none is a fault of ours."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").encode()


def json_answer(document: object, status: int = 200) -> Response:
    """An answer with this document."""
    return Response(encode(document) + b"\n", status, media_type="application/json")
