"""The port to the API server: the verbs of Kubernetes over a `Transport`, each answering with plain JSON objects.

Plain dicts and no generated models: the resources we own are parsed by `referee.api`, and of Jobs and Pods we read a
few fields. Writes wait for the rate limit and then ask `before_write` (the Lease), in this order, so that a process
that lost the Lease while it waited does not write. There is no server-side apply: status has one writer, children are
made by POST, results arrive by JSON patch.

    Kube(transport)                                         ungoverned: the elector, the reflectors
    Kube(transport, limiter=bucket, before_write=gate)      what reconciles
    kube.acting_as(token)                                   a person's call, with that person's rights
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, cast

from referee.runtime.errors import TooManyRequests
from referee.runtime.listing import Listing, Selection
from referee.runtime.podlog import open_log
from referee.runtime.ratelimit import TokenBucket
from referee.runtime.transport import Call, Transport
from referee.runtime.watch import WatchEvent, open_watch

Object = dict[str, Any]
Propagation = Literal["Background", "Foreground", "Orphan"]

MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"


class Kube:
    """The verbs; paths come from `paths.Resource`."""

    def __init__(
        self,
        transport: Transport,
        *,
        limiter: TokenBucket | None = None,
        before_write: Callable[[], None] | None = None,
        token: str | None = None,
    ) -> None:
        """Take the way out, and what governs writes; `before_write` refuses by raising (NotLeader)."""
        self.transport = transport
        self._limiter = limiter
        self._before_write = before_write
        self._token = token

    def acting_as(self, token: str) -> "Kube":
        """Give the same server with another's token: no Lease, no limit, the API server decides what is allowed."""
        return Kube(self.transport, token=token)

    async def get(self, path: str) -> Object:
        """Read one object, or any other JSON document of the API server."""
        return cast("Object", await self._send("GET", path))

    def list(  # the verb's own name
        self, path: str, *, label_selector: str = "", field_selector: str = "", limit: int = 100
    ) -> Listing:
        """List in pages: `async for obj in listing`; `listing.resource_version` is the snapshot's."""
        return Listing(self._read_page, path, Selection(label_selector, field_selector), limit)

    def watch(
        self,
        path: str,
        since: str,
        *,
        label_selector: str = "",
        field_selector: str = "",
        seconds: int = 300,
    ) -> AbstractAsyncContextManager[AsyncIterator[WatchEvent]]:
        """`async with … as events`: changes after the version `since`, bookmarks too; ends after `seconds`."""
        query = {
            "watch": "true",
            "resourceVersion": since,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(seconds),
            **Selection(label_selector, field_selector).query,
        }
        return open_watch(self.transport, Call("GET", path, query, token=self._token))

    def log(self, path: str, query: Mapping[str, str]) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """`async with … as chunks`: a container's log, by the parameters of the API; with `follow` until it ends."""
        return open_log(self.transport, Call("GET", path, query, accept="*/*", token=self._token))

    async def create(self, path: str, body: Object) -> Object:
        """POST a new object; AlreadyExists leaves to the caller to look whose it is."""
        return cast("Object", await self._write("POST", path, body))

    async def replace(self, path: str, body: Object) -> Object:
        """PUT a whole object; with a resourceVersion inside, Conflict if it is not the newest."""
        return cast("Object", await self._write("PUT", path, body))

    async def merge_patch(self, path: str, body: Object) -> Object:
        """Set what the body names; a `metadata.resourceVersion` in it makes this a compare-and-swap."""
        return cast("Object", await self._write("PATCH", path, body, MERGE_PATCH))

    async def json_patch(self, path: str, ops: Sequence[Object]) -> Object:
        """Apply the operations all or none; a failed `test` is Invalid."""
        return cast("Object", await self._write("PATCH", path, list(ops), JSON_PATCH))

    async def delete(self, path: str, *, uid: str | None = None, propagation: Propagation = "Background") -> None:
        """Delete the object, only if it has this uid (else Conflict)."""
        options: Object = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        if uid is not None:
            options["preconditions"] = {"uid": uid}
        await self._write("DELETE", path, options)

    async def ask(self, path: str, body: Object) -> Object:
        """POST a question that changes nothing (reviews, TokenRequest): no limit, no Lease."""
        return cast("Object", await self._send("POST", path, body))

    async def _read_page(self, path: str, query: dict[str, str]) -> Object:
        return cast("Object", await self.transport.request(Call("GET", path, query, token=self._token)))

    async def _write(self, method: str, path: str, body: object, content_type: str = "application/json") -> Any:  # noqa: ANN401
        if self._limiter is not None:
            await self._limiter.acquire()
        if self._before_write is not None:
            self._before_write()
        try:
            return await self._send(method, path, body, content_type)
        except TooManyRequests as error:
            if self._limiter is not None and error.retry_after is not None:
                self._limiter.hold_off(error.retry_after)
            raise

    async def _send(self, method: str, path: str, body: object = None, content_type: str = "application/json") -> Any:  # noqa: ANN401
        call = Call(method, path, body=body, content_type=content_type, token=self._token)
        return await self.transport.request(call)
