"""How the surface is described in /openapi.json: each status that can be answered, and the documents' own schemas.

The schemas are those of the CRDs, so that what the page shows is what the API server takes.
"""

from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from referee.api.base import Model
from referee.api.collection import Collection
from referee.api.evaluationjob import EvaluationJob
from referee.api.provider import Provider
from referee.api.structural import Schema, structural

Answers = dict[int | str, dict[str, Any]]
"""The `responses` of an operation."""

_REFUSALS = {
    400: "The request is wrong; the message names the field.",
    401: "No credential, or one that is not accepted.",
    403: "Not permitted in this namespace.",
    404: "There is no such object that you may read.",
    409: "It exists already, or somebody changed it in between.",
    413: "The body is too large.",
    503: "The API server does not answer now; the same request may succeed later.",
}


class Problem(BaseModel):
    """Why something was not done."""

    message_code: str
    message: str
    trace: str
    detail: str


class _Document(RootModel[dict[str, Any]]):
    resource: ClassVar[type[Model]]

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The CRD's."""
        return _with_numbers(structural(cls.resource))


def _with_numbers(node: Schema) -> Schema:
    """A CRD says `minimum: 0, exclusiveMinimum: true`; this document's dialect says `exclusiveMinimum: 0`."""
    found: Schema = {}
    for key, value in node.items():
        match key:
            case "properties":
                found[key] = {name: _with_numbers(child) for name, child in value.items()}
            case "items" | "additionalProperties" if isinstance(value, dict):
                found[key] = _with_numbers(value)
            case "minimum" | "maximum" if node.get(f"exclusive{key.capitalize()}"):
                found[f"exclusive{key.capitalize()}"] = value
            case "exclusiveMinimum" | "exclusiveMaximum":
                pass
            case _:
                found[key] = value
    return found


class EvaluationJobDocument(_Document):
    """An EvaluationJob, as the API server has it."""

    resource = EvaluationJob


class ProviderDocument(_Document):
    """A Provider, as the API server has it."""

    resource = Provider


class CollectionDocument(_Document):
    """A Collection, as the API server has it."""

    resource = Collection


D = TypeVar("D", bound=_Document)


class ListOf(BaseModel, Generic[D]):
    """Objects, the newest first; `metadata.continue` is there while more follow."""

    apiVersion: str  # noqa: N815 - on the wire
    kind: str
    metadata: dict[str, str]
    items: list[D]


def answers(good: type[BaseModel], *refused: int, status: int = 200, streams: bool = False) -> Answers:
    """The `responses` of an operation, besides those that every one has."""
    found: Answers = {status: {"model": good, "description": (good.__doc__ or "").strip()}}
    if streams:
        found[status]["content"] = {"application/jsonl": {"schema": {"type": "string"}}}
    return found | refusals(*refused)


def refusals(*refused: int) -> Answers:
    """Those of an operation that answers nothing when it succeeds."""
    return {code: {"model": Problem, "description": _REFUSALS[code]} for code in sorted({400, 401, 403, 503, *refused})}


def body(schema: dict[str, Any], *types: str) -> dict[str, Any]:
    """The `openapi_extra` of an operation that reads its own body."""
    return {"requestBody": {"required": True, "content": {type_: {"schema": schema} for type_ in types}}}


JOB_SCHEMA = {"$ref": f"#/components/schemas/{EvaluationJobDocument.__name__}"}
