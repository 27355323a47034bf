"""JSON documents as they are kept: text in the database, or an object where they are large.

A large one is stored as an object before the row that names it, so that no row ever names what is not there; an object
without its row (the database went away in between) is replaced by the repeated call, or goes with its run.
"""

import json
import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from referee.store.database import Database
from referee.store.errors import StoreUnavailable, Unstorable
from referee.store.objects import Objects
from referee.store.rows import Document, RunRef
from referee.store.runs import prefix, reserve

LARGE_BYTES = 256 * 1024
"""Above it a document is an object, where there is an object store: databases keep large values badly."""


_AS_IT_IS = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_ESCAPED = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def text_of(what: str, document: Document | Sequence[Any]) -> str:
    """The document as JSON that both databases take and any parser reads.

    Raises:
        Unstorable: it is no JSON: a number that is none, or a type that JSON has not.
    """
    try:
        text = _AS_IT_IS.encode(document)
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return _ESCAPED.encode(document)
    except (TypeError, ValueError, RecursionError) as error:
        raise Unstorable(f"{what} is no JSON document: {error}") from error
    return text


def finite(what: str, number: float | None) -> float | None:
    """The number, if it is one.

    Raises:
        Unstorable: it is not.
    """
    if number is not None and not math.isfinite(number):
        raise Unstorable(f"{what} must be a finite number or nothing, not {number}")
    return number


class Documents:
    """Puts large documents away and brings them back."""

    def __init__(self, database: Database, objects: Objects | None) -> None:
        self._database = database
        self._objects = objects

    def large(self, size: int) -> bool:
        """Whether a document of this size becomes an object."""
        return self._objects is not None and size > LARGE_BYTES

    async def put(self, run: RunRef, texts: Mapping[str, str]) -> tuple[int | None, dict[str, str]]:
        """Store texts as objects by their names within the run; the run's number, and each one's path."""
        if not texts or self._objects is None:
            return None, {}
        run_id = (await self._database.write(partial(reserve, run=run, places=0))).run_id
        paths = {name: f"{prefix(run, run_id)}/{name}" for name in texts}
        for name, text in texts.items():
            await self._objects.put(paths[name], text.encode())
        return run_id, paths

    async def get(self, text: str | None, path: str | None) -> Document:
        """The document of a row."""
        document: Document = json.loads(await self.text(text, path))
        return document

    async def text(self, text: str | None, path: str | None) -> str:
        """The document of a row, as it is stored."""
        if text is not None:
            return text
        if self._objects is None or path is None:
            raise StoreUnavailable(f"the document {path} is an object, and the settings name no place for objects")
        return (await self._objects.get(path)).decode()
