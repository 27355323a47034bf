"""From a pydantic model to the structural schema that Kubernetes takes.

pydantic writes JSON Schema with references, null alternatives, titles and numeric exclusive bounds; a
CustomResourceDefinition wants one type a node, nothing referenced, OpenAPI v3 bounds, and defaults that satisfy
the CEL rules of their own node as they stand: the API server does not fill a default in before it judges it.

Empty lists and maps get no default: the API server would write them into every object, and a GitOps tool would
see a difference that nobody made.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from referee.api.base import PRESERVE, Model

Schema = dict[str, Any]

OPAQUE: Schema = PRESERVE
"""The schema of a value that nobody looks into."""


class _Generator(GenerateJsonSchema):
    """pydantic's generator without nulls and titles, and with the models' rules."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Optional is "may be absent": null is not a value of the API."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - the signature is pydantic's
        """Never: a title repeats the name, and every byte is carried by each client-side apply."""
        return False

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:  # noqa: ARG002 - as above
        """Leave the order in which the models say it."""
        return value

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The model's schema with its rules."""
        node = super().model_schema(schema)
        rules = [rule.schema() for rule in schema["cls"].rules]
        return node | ({"x-kubernetes-validations": rules} if rules else {})


def structural(model: type[Model]) -> Schema:
    """The structural schema of a model."""
    raw = with_references(model)
    return _node(raw, raw.get("$defs", {}))


def with_references(model: type[Model]) -> Schema:
    """The schema of a model, every other model that it leads to being one of its `$defs`."""
    return model.model_json_schema(by_alias=True, schema_generator=_Generator)


def without_defaults(node: Schema) -> Schema:
    """The same schema without defaults: where only we write, and always whole, they would only cost bytes."""
    kept = {key: value for key, value in node.items() if key != "default"}
    if "properties" in kept:
        kept["properties"] = {name: without_defaults(child) for name, child in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = without_defaults(kept["items"])
    return kept


def _node(node: Schema, defs: dict[str, Schema]) -> Schema:
    """One node, its references resolved and its children with it."""
    if "$ref" in node:
        node = defs[node["$ref"].rsplit("/", 1)[1]] | {key: node[key] for key in node if key != "$ref"}
    schema: Schema = {}
    for key, value in node.items():
        match key:
            case "$defs" | "title" | "default":
                pass
            case "const":
                schema["enum"] = [value]
            case "description":
                schema[key] = " ".join(value.split())
            case "exclusiveMinimum" | "exclusiveMaximum":
                schema |= {key.removeprefix("exclusive").lower(): value, key: True}
            case "items" | "additionalProperties":
                schema[key] = _node(value, defs)
            case "properties":
                schema[key] = {name: _node(child, defs) for name, child in value.items()}
            case _:
                schema[key] = value
    return schema | _default(node, schema)


def _default(node: Schema, schema: Schema) -> Schema:
    """What to add to `schema` for the default that pydantic gave its `node`."""
    default = node.get("default")
    if isinstance(default, dict):
        default = {name: child["default"] for name, child in schema.get("properties", {}).items() if "default" in child}
    return {} if default in (None, [], {}) else {"default": default}
