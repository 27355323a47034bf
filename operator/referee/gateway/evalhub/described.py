"""What the OpenAPI document says of addresses whose requests are read and whose answers are written by hand.

Every status that an address can answer with is named, for whoever makes a client out of the document or fuzzes it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from referee.gateway.evalhub.models import ErrorDocument

Schema = dict[str, Any]

_ERRORS = {
    400: "The request itself is wrong.",
    401: "Nobody knows who is calling.",
    403: "The caller may not do this.",
    404: "There is no such thing, or none that the caller may read.",
    409: "What stands cannot be changed like this.",
    413: "The body is too large.",
    500: "A fault of the gateway's.",
    503: "Not decided: what is needed does not answer now.",
}
_ALWAYS = (400, 401, 403, 500, 503)

TENANT: Schema = {
    "name": "X-Tenant",
    "in": "header",
    "required": False,
    "description": "The tenant, a namespace. Without it: the namespace of the ServiceAccount whose token it is.",
    "schema": {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"},
}
SECURITY: Sequence[Schema] = [{"bearer": []}]


def answers(*more: int, **success: type[BaseModel] | None) -> dict[int | str, Schema]:
    """The `responses` of an address.

    Args:
        more: refusals beside those that every address has.
        success: by status (`s200`), the model of a good answer; None: it has no body.
    """
    described: dict[int | str, Schema] = {}
    for name, model in success.items():
        described[int(name.removeprefix("s"))] = {"model": model} if model else {"description": "Done."}
    for status in sorted({*_ALWAYS, *more}):
        described[status] = {"model": ErrorDocument, "description": _ERRORS[status]}
    return described


def extra(*parameters: Schema, body: type[BaseModel] | None = None) -> Schema:
    """The `openapi_extra` of an address: tenant, credential, further parameters, the body."""
    described: Schema = {"parameters": [TENANT, *parameters], "security": list(SECURITY)}
    if body is not None:
        content = {"application/json": {"schema": inlined(body)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def query(name: str, description: str, schema: Schema | None = None) -> Schema:
    """A query parameter."""
    kind = schema or {"type": "string"}
    return {"name": name, "in": "query", "required": False, "description": description, "schema": kind}


def header(name: str, description: str) -> Schema:
    """A header."""
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}


PAGE: Sequence[Schema] = (
    query("limit", "How many at most; 0 or none: all.", {"type": "integer", "minimum": 0}),
    query("offset", "How many to leave out.", {"type": "integer", "minimum": 0}),
)


def inlined(model: type[BaseModel]) -> Schema:
    """A model's schema without references, so that it can stand anywhere in a document."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    resolved: Schema = _resolved(schema, definitions)
    return resolved


def _resolved(node: Any, definitions: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(node, list):
        return [_resolved(entry, definitions) for entry in node]
    if not isinstance(node, dict):
        return node
    if reference := node.get("$ref"):
        return _resolved(definitions[reference.rpartition("/")[2]], definitions)
    return {name: _resolved(value, definitions) for name, value in node.items()}
