"""Custom resources at a real API server, asked as kubectl asks: unknown fields are errors."""

from typing import Any

from referee.runtime.errors import ApiError
from referee.runtime.paths import COLLECTIONS, EVALUATION_JOBS, PROVIDERS
from referee.runtime.transport import Call, Transport

Object = dict[str, Any]

_RESOURCES = {resource.kind: resource for resource in (EVALUATION_JOBS, PROVIDERS, COLLECTIONS)}


class Server:
    """The API server, for one namespace."""

    def __init__(self, transport: Transport, namespace: str) -> None:
        self.transport = transport
        self.namespace = namespace

    async def create(self, document: Object, *, dry_run: bool = False, strict: bool = True) -> Object:
        """Create the object, or only ask whether it could be."""
        path = _RESOURCES[document["kind"]].all(self.namespace)
        return await self._send("POST", path, document, dry_run=dry_run, strict=strict)

    async def replace(self, document: Object, *, dry_run: bool = False) -> Object:
        """Replace the object."""
        return await self._send("PUT", self._path(document), document, dry_run=dry_run)

    async def replace_status(self, document: Object) -> Object:
        """Replace the object's status."""
        return await self._send("PUT", self._path(document, "status"), document)

    async def list(self, kind: str, **query: str) -> list[Object]:
        """The objects that a field selector finds."""
        answer = await self.transport.request(Call("GET", _RESOURCES[kind].all(self.namespace), query))
        return list(answer["items"])

    async def refusal(self, document: Object) -> str:
        """What is said against creating the object; empty: nothing."""
        try:
            await self.create(document, dry_run=True)
        except ApiError as error:
            return error.message
        return ""

    def _path(self, document: Object, subresource: str = "") -> str:
        return _RESOURCES[document["kind"]].one(self.namespace, document["metadata"]["name"], subresource)

    async def _send(
        self, method: str, path: str, document: Object, *, dry_run: bool = False, strict: bool = True
    ) -> Object:
        query = {"fieldValidation": "Strict" if strict else "Ignore"} | ({"dryRun": "All"} if dry_run else {})
        answer: Object = await self.transport.request(Call(method, path, query, document))
        return answer
