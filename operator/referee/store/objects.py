"""Objects on a volume or in an object store, through obstore.

What is written is durable when the call returns: an object store promises that itself; a directory gets an fsync of the
file and of every directory above it, since obstore leaves that out. Requests that fail are repeated for a few seconds
by obstore, then the failure is `StoreUnavailable`.
"""

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import AzureStore, GCSStore, LocalStore, ObjectStore, S3Store

from referee.store.errors import StoreUnavailable, UnusableStore

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

CHUNK_BYTES = 8 * 1024 * 1024
"""Of what is streamed: an S3 part has at least 5 MiB."""
PARTS_AT_ONCE = 2
LISTED_AT_ONCE = 500

_PATIENCE: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=6)}
# Plain HTTP is used only where the environment names such an endpoint.
_CLIENT: "ClientConfig" = {
    "allow_http": True,
    "connect_timeout": timedelta(seconds=4),
    "timeout": timedelta(seconds=60),
}


class Objects:
    """Somewhere to put objects."""

    def __init__(self, where: str) -> None:
        """Take a directory, or a URL such as s3://bucket/prefix; credentials come from the environment.

        Raises:
            UnusableStore: it is neither.
        """
        self._where = where
        self._directory: Path | None = None
        scheme = urlsplit(where).scheme
        try:
            if scheme in _REMOTE:
                self._store: ObjectStore = _REMOTE[scheme].from_url(
                    where, retry_config=_PATIENCE, client_options=_CLIENT
                )
            elif scheme in ("", "file"):
                self._directory = Path(urlsplit(where).path if scheme else where).absolute()
                self._store = LocalStore(self._directory, mkdir=True, automatic_cleanup=True)
            else:
                raise UnusableStore(f"artefacts go into a directory or to {', '.join(_REMOTE)}, not {scheme}://")
        except (BaseError, ValueError, OSError) as error:
            raise UnusableStore(f"no artefacts can be kept in {where}: {_first_line(error)}") from error

    async def put(self, path: str, content: bytes | AsyncIterable[bytes]) -> int:
        """Store an object, also over one of the same path; its size."""
        counted = _Counted(content) if isinstance(content, AsyncIterable) else content
        with self._answering():
            await obstore.put_async(self._store, path, counted, chunk_size=CHUNK_BYTES, max_concurrency=PARTS_AT_ONCE)
            if self._directory is not None:
                await asyncio.to_thread(_sync, self._directory, path)
        return counted.size if isinstance(counted, _Counted) else len(counted)

    async def get(self, path: str) -> bytes:
        """An object as a whole."""
        with self._answering():
            return bytes(await (await obstore.get_async(self._store, path)).bytes_async())

    async def stream(self, path: str) -> AsyncIterator[bytes]:
        """An object in pieces."""
        with self._answering():
            pieces = (await obstore.get_async(self._store, path)).stream(min_chunk_size=CHUNK_BYTES // 8)
            async for piece in pieces:
                yield bytes(piece)

    async def remove(self, prefix: str) -> None:
        """Remove every object under a prefix, which ends where a part of a path ends."""
        with self._answering():
            while paths := await self._some(prefix):
                with suppress(NotFoundError, FileNotFoundError):  # another gateway removes the same run
                    await obstore.delete_async(self._store, paths)

    async def _some(self, prefix: str) -> list[str]:
        async for found in obstore.list(self._store, prefix=prefix, chunk_size=LISTED_AT_ONCE):
            return [meta["path"] for meta in found]
        return []

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (NotFoundError, FileNotFoundError) as error:
            raise StoreUnavailable(
                f"{self._where} has lost an object that the database knows: {_first_line(error)}"
            ) from error
        except (BaseError, OSError) as error:
            raise StoreUnavailable(f"{self._where} does not answer as it should: {_first_line(error)}") from error


_REMOTE: dict[str, type[S3Store] | type[GCSStore] | type[AzureStore]] = {
    "s3": S3Store,
    "gs": GCSStore,
    "az": AzureStore,
}


class _Counted(AsyncIterable[bytes]):
    """Counts what goes through."""

    def __init__(self, content: AsyncIterable[bytes]) -> None:
        self.size = 0
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._content:
            self.size += len(piece)
            yield piece


def _first_line(error: Exception) -> str:
    """What obstore says; the lines after it are its own data structures."""
    return str(error).partition("\n")[0]


def _sync(root: Path, path: str) -> None:
    """The file, then each directory up to the root."""
    place = root / path
    while True:
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if place == root:
            return
        place = place.parent
