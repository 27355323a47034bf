"""From a request's body to what is sent on to the API server, or to a 400 that says what to mend.

The API server has the last word; what is checked here is what it would let pass, such as a misspelt field of a patch,
or would say in a way that nobody understands. Sizes are bounded before anything is parsed.
"""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request

from referee.api.evaluationjob import EvaluationJob
from referee.api.manifest import ManifestError, parse
from referee.api.names import ANNOTATION_OWNER, API_VERSION
from referee.core.nesting import deeper_than
from referee.gateway.body import Body
from referee.gateway.errors import Malformed, TooLarge
from referee.gateway.merging import merged
from referee.gateway.people import Person
from referee.runtime.kube import Object

LIMIT = 1024 * 1024
"""Bytes; an API server takes little more, and a job of 64 benchmarks has some 50,000."""
KIND = "EvaluationJob"
_DEEPEST = 64
"""Objects and lists in one another; far below what recursion bears."""
_PATCHED = ("apiVersion", "kind", "metadata", "spec")
_FRAME: Object = {
    "model": {"url": "http://model/v1", "name": "model"},
    "benchmarks": [{"id": "benchmark", "provider": "provider"}],
}
"""The least that a spec has, to judge a patch without the object: one that a newer version wrote must stay editable."""


async def job_of(request: Request, person: Person) -> Object:
    """The EvaluationJob to be created, in the person's tenant."""
    document = await _object(request)
    _refuse_status(document)
    _of_tenant(document, person)
    _judge(document)
    metadata = document["metadata"]
    annotations = {**(metadata.get("annotations") or {}), ANNOTATION_OWNER: person.user}
    return {**document, "metadata": {**metadata, "annotations": annotations}}


async def patch_of(request: Request, person: Person, name: str) -> Object:
    """A merge patch of the EvaluationJob of that name."""
    patch = await _object(request)
    _refuse_status(patch)
    for field in patch:
        if field not in _PATCHED:
            raise Malformed(f"{KIND} {name}: {field}: cannot be patched; there are metadata and spec")
    for field, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
        if patch.get(field, wanted) != wanted:
            raise Malformed(f"{KIND} {name}: {field}: {patch[field]!r} is not {wanted}; leave it out")
    _of_tenant(patch, person)
    metadata = patch.get("metadata") or {}
    if metadata.get("name", name) != name:
        raise Malformed(f"{KIND} {name}: metadata.name: {metadata['name']!r} is another one; leave it out")
    spec = patch.get("spec", {})
    if not isinstance(spec, dict):
        raise Malformed(f"{KIND} {name}: spec: must be an object")
    frame = {field: value for field, value in _FRAME.items() if field != "benchmarks" or "collection" not in spec}
    _judge({"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name}, "spec": merged(frame, spec)})
    return patch


async def _object(request: Request) -> dict[str, Any]:
    body = Body(request, LIMIT)
    try:
        text = await body.read()
    except TooLarge:
        await body.drain()
        raise TooLarge(f"the body is over {LIMIT} bytes, more than an API server keeps") from None
    try:
        document = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the body is no JSON: {error}", code="invalid_json_request") from None
    if deeper_than(document, _DEEPEST):
        raise Malformed(f"the body is nested more than {_DEEPEST} deep, as no {KIND} is", code="invalid_json_request")
    if not isinstance(document, dict):
        raise Malformed(f"the body must be one object, an {KIND} or a patch of one", code="invalid_json_request")
    return document


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number that JSON knows")


def _judge(document: Object) -> None:
    try:
        resource = parse(document)
    except ManifestError as error:
        raise Malformed("\n".join(error.problems)) from None
    if not isinstance(resource, EvaluationJob):
        raise Malformed(f"kind: {resource.kind} is not made here; this address takes an {KIND}")


def _refuse_status(document: Mapping[str, Any]) -> None:
    if document.get("status"):
        raise Malformed("status: is written by the operator alone; leave it out")


def _of_tenant(document: Mapping[str, Any], person: Person) -> None:
    metadata = document.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise Malformed("metadata: must be an object")
    given = (metadata or {}).get("namespace")
    if given not in (None, "", person.tenant):
        said = "leave it out, or name that tenant in the header X-Tenant"
        raise Malformed(f"metadata.namespace: {given!r} is not {person.tenant}, the tenant of this request; {said}")
