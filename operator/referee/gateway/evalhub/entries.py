"""What providers and collections have in common: to find, make, change and remove one in a person's tenant.

Every write is the person's own. What stands is changed under its resourceVersion, and read again where somebody was
quicker. The shared catalogue's objects have the owner `system` and are read-only here, whatever rights somebody has in
its namespace: `kubectl` is for that. Who may read a kind in the tenant may read the shared ones of it.
"""

import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import Request, Response

from referee.api.collection import Collection
from referee.api.manifest import ManifestError, parse
from referee.api.names import ANNOTATION_OWNER
from referee.api.provider import Provider
from referee.gateway.body import Body
from referee.gateway.errors import Malformed, Refusal
from referee.gateway.evalhub.filters import SYSTEM
from referee.gateway.evalhub.pages import json_answer, page_of
from referee.gateway.evalhub.patches import patched
from referee.gateway.evalhub.queries import Query
from referee.gateway.evalhub.wire.config import said
from referee.gateway.evalhub.wire.reading import invalid, read_as, read_json
from referee.gateway.evalhub.wire.standing import carried_over, difference
from referee.gateway.evalhub.wording import Wording
from referee.gateway.faults import undecided
from referee.gateway.finding import require_primed
from referee.gateway.kept import KeptCatalogue, catalogue_of
from referee.gateway.people import Person
from referee.gateway.people.refusals import answering_the_caller, unknown
from referee.gateway.services import Services
from referee.runtime.errors import ApiError, Conflict, NotFound, ServerUnavailable, Unreachable
from referee.runtime.kube import Kube, Object

Document = dict[str, Any]

MAX_BYTES = 1024 * 1024
"""Of a body; an API server keeps little more."""
_TRIES = 5
"""Of a change that others keep overtaking."""
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_REMEMBERED = 512
"""Documents, some 30 KB the large ones."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One object, as far as an answer needs it."""

    kept: KeptCatalogue
    system: bool


class Entries:
    """The requests of one kind."""

    def __init__(self, services: Services, wording: Wording) -> None:
        self._services = services
        self._wording = wording
        self._resource = wording.resource
        self._shown = lru_cache(_REMEMBERED)(self._show)

    async def listed(self, request: Request, query: Query, wanted: Callable[[Document], bool]) -> Response:
        """Every entry that counts for the tenant and is wanted, the newest first."""
        person = await self._services.people.identify(request.headers)
        await self._services.people.require(person, "list", self._resource)
        require_primed(self._services.objects)
        entries = self._wording.every(person.tenant)
        shown = [self._shown(Entry(entry.kept, entry.system)) for entry in entries]
        page = page_of([one for one in shown if wanted(one)], request, query)
        brief = query.flag("benchmarks") is False
        return json_answer(page.document([{**one, "benchmarks": []} if brief else one for one in page.items]))

    async def get(self, request: Request, id_: str) -> Response:
        """One."""
        person = await self._services.people.identify(request.headers)
        return json_answer(self._shown(await self._find(person, id_)))

    async def create(self, request: Request) -> Response:
        """Make one, with a name of ours, which is its id."""
        person = await self._services.people.identify(request.headers)
        spec = self._spec_of(await _document(request))
        name = str(uuid.uuid4())
        metadata = {"name": name, "namespace": person.tenant, "annotations": {ANNOTATION_OWNER: person.user}}
        manifest = self._checked(
            {
                "apiVersion": self._resource.api_version,
                "kind": self._resource.kind,
                "metadata": metadata,
                "spec": spec,
            }
        )
        with answering_the_caller():
            made = await self._make(self._services.people.kube(person), person, manifest)
        return self._answer(made, 201)

    async def replace(self, request: Request, id_: str) -> Response:
        """Say anew all that a document can say."""
        person = await self._services.people.identify(request.headers)
        wanted = self._spec_of(await _document(request))
        entry = await self._writable(person, id_)
        kube = self._services.people.kube(person)

        async def put(obj: Object, spec: Document) -> Object:
            return await kube.replace(self._path(entry), {**obj, "spec": spec})

        return self._answer(await self._change(entry, lambda _: wanted, put))

    async def patch(self, request: Request, id_: str) -> Response:
        """Change what a patch names."""
        person = await self._services.people.identify(request.headers)
        patch = await _document(request)
        entry = await self._writable(person, id_)
        kube = self._services.people.kube(person)

        def wanted(document: Document) -> Document:
            return self._spec_of(patched({**self._wording.blank, **document}, patch, self._wording.paths))

        async def send(obj: Object, spec: Document) -> Object:
            body = {"resourceVersion": obj["metadata"]["resourceVersion"]}
            changed = difference(obj["spec"], spec)
            return await kube.merge_patch(self._path(entry), {"metadata": body, "spec": changed})

        return self._answer(await self._change(entry, wanted, send))

    async def delete(self, request: Request, id_: str) -> Response:
        """Remove one."""
        person = await self._services.people.identify(request.headers)
        entry = await self._writable(person, id_)
        with answering_the_caller():
            await self._services.people.kube(person).delete(self._path(entry), uid=entry.kept.uid)
        self._services.objects.forget(entry.kept.object())
        return Response(status_code=204)

    async def _find(self, person: Person, id_: str) -> Entry:
        """One that the person may read; where the caches have none, from the API server: a watch may be behind."""
        found = self._wording.one(person.tenant, id_)
        name = found.name if found is not None and not found.system else id_
        await self._services.people.require(person, "get", self._resource, name=name)
        if found is not None:
            return Entry(found.kept, found.system)
        if not _NAME.fullmatch(id_):
            raise unknown(self._resource, person.tenant, id_)
        try:
            obj = await self._services.kube.get(self._resource.one(person.tenant, id_))
            kept = catalogue_of(obj)
            _model(obj)
        except (NotFound, ValueError):  # ValueError: not of our schema, or nested too deep
            raise unknown(self._resource, person.tenant, id_) from None
        except ApiError as error:
            raise undecided(error) from error
        if kept.id != id_:
            raise unknown(self._resource, person.tenant, id_)
        self._services.objects.remember(obj)
        return Entry(kept, person.tenant == self._services.objects.catalogue_namespace)

    async def _writable(self, person: Person, id_: str) -> Entry:
        entry = await self._find(person, id_)
        if entry.system:
            message = (
                f"{self._resource.kind} '{id_}' cannot be modified or deleted: it belongs to the shared catalogue."
            )
            raise Malformed(message, code=self._wording.read_only)
        return entry

    async def _change(
        self,
        entry: Entry,
        wanted: Callable[[Document], Document],
        send: Callable[[Object, Document], Awaitable[Object]],
    ) -> Object:
        """What stands once the change is made to the newest version."""
        obj = entry.kept.object()
        for left in reversed(range(_TRIES)):
            said_now = self._wording.document(obj["spec"], entry.kept.id)
            spec = carried_over(obj["spec"], self._sayable(said_now), wanted(said_now))
            self._checked({**obj, "spec": spec})
            with answering_the_caller():
                try:
                    answer = await send(obj, spec)
                except Conflict:
                    if not left:
                        raise
                    obj = await self._newest(entry)
                else:
                    return answer
        raise AssertionError("unreachable")

    async def _newest(self, entry: Entry) -> Object:
        obj = await self._services.kube.get(self._path(entry))
        obj["metadata"].pop("managedFields", None)
        return obj

    async def _make(self, kube: Kube, person: Person, manifest: Object) -> Object:
        """Create it; where it is not certain that it was, the name tells: nobody else has it."""
        try:
            return await kube.create(self._resource.all(person.tenant), manifest)
        except (Unreachable, ServerUnavailable) as error:
            try:
                return await self._services.kube.get(self._resource.one(person.tenant, manifest["metadata"]["name"]))
            except ApiError:
                raise error from None

    def _sayable(self, document: Document) -> Document:
        """What EvalHub's words make of what stands; nothing, where `kubectl` wrote what they cannot say."""
        try:
            return self._spec_of(document)
        except Malformed:
            return {}

    def _spec_of(self, document: object) -> Document:
        return self._wording.spec(read_as(self._wording.request, document))

    def _checked(self, manifest: Object) -> Object:
        """What the API server would refuse, said in whole sentences."""
        try:
            parse({name: value for name, value in manifest.items() if name != "status"})
        except ManifestError as error:
            raise invalid("; ".join(problem.partition(": ")[2] for problem in error.problems)) from None
        return manifest

    def _path(self, entry: Entry) -> str:
        return self._resource.one(entry.kept.namespace, entry.kept.name)

    def _answer(self, obj: Object, status: int = 200) -> Response:
        self._services.objects.remember(obj)
        return json_answer(self._show(Entry(catalogue_of(obj), system=False)), status)

    def _show(self, entry: Entry) -> Document:
        kept, obj = entry.kept, entry.kept.object()
        owner = SYSTEM if entry.system else (obj["metadata"].get("annotations") or {}).get(ANNOTATION_OWNER)
        resource = {
            "id": kept.id,
            **said({"tenant": None if entry.system else kept.namespace}),
            "created_at": kept.created,
            "updated_at": kept.updated,
            **said({"owner": owner}),
        }
        return {"resource": resource, **self._wording.document(obj["spec"], kept.id)}


def _model(obj: Object) -> Provider | Collection:
    return (Provider if obj["kind"] == "Provider" else Collection).model_validate(obj)


async def _document(request: Request) -> Any:  # noqa: ANN401 - a JSON document
    body = Body(request, MAX_BYTES, "an API server keeps no object of that size")
    try:
        return read_json(await body.read())
    except Refusal:
        await body.drain()
        raise
