"""What the models constrain, and which of it a manifest breaks: the ruler for the refusal tables.

A constraint is (model, field, keyword), so that a model used in five places needs its counterexamples once. A
field's items are `tags[]`, a map's values `headers{}`.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import jsonschema
from pydantic import ValidationError

from referee.api.base import Model, Rule
from referee.api.structural import Schema, structural

Constraint = tuple[str, str, str]

_KEYWORDS = frozenset(
    (
        *("enum", "pattern", "minimum", "maximum", "minLength", "maxLength"),
        *("minItems", "maxItems", "minProperties", "maxProperties"),
    )
)


def models(kind: type[Model]) -> dict[str, type[Model]]:
    """Every model that a user writes in a kind, by name: all of spec, nothing of status."""
    found: dict[str, type[Model]] = {}
    pending = [_model_in(kind.model_fields["spec"].annotation)]
    while pending:
        model = pending.pop()
        if model is not None and model.__name__ not in found:
            found[model.__name__] = model
            pending += [_model_in(field.annotation) for field in model.model_fields.values()]
    return found


def constraints(kind: type[Model]) -> set[Constraint]:
    """Every constraint that a user's manifest of that kind can break, transition rules left out."""
    return {
        (name, field, keyword)
        for name, model in models(kind).items()
        for field, keyword in (*_schema_constraints(model), *(("", r.message) for r in model.rules if r.holds))
    }


def transition_rules(kind: type[Model]) -> list[Rule]:
    """Every rule on a change."""
    return [rule for model in models(kind).values() for rule in model.rules if rule.holds is None]


def broken(kind: type[Model], manifest: dict[str, Any]) -> set[Constraint]:
    """The constraints that a manifest breaks."""
    found = set()
    for error in _validator(kind).iter_errors(manifest):
        path = list(error.absolute_path)
        if error.validator == "required":
            missing = [name for name in error.validator_value if name not in error.instance]
            found |= {(*_named(kind, [*path, name]), "required") for name in missing}
        else:
            found.add((*_named(kind, path), str(error.validator)))
    try:
        kind.model_validate(manifest)
    except ValidationError as error:
        for detail in error.errors():
            name, field = _named(kind, detail["loc"])
            if detail["type"] == "rule":
                found.add((_model_at(kind, detail["loc"]).__name__, "", detail["ctx"]["message"]))
            elif detail["type"] == "value_error" and "two entries" in detail["msg"]:
                found.add((name, field, "unique"))
    return found


@functools.cache
def _validator(kind: type[Model]) -> jsonschema.Draft4Validator:
    """Draft 4, whose exclusive bounds are the flags that OpenAPI v3 has."""
    return jsonschema.Draft4Validator(structural(kind))


def _schema_constraints(model: type[Model]) -> Iterator[tuple[str, str]]:
    schema = structural(model)
    for field, node in schema["properties"].items():
        if field in schema.get("required", ()):
            yield field, "required"
        yield from _node_constraints(field, node)


def _node_constraints(field: str, node: Schema) -> Iterator[tuple[str, str]]:
    yield from ((field, keyword) for keyword in node if keyword in _KEYWORDS)
    if "x-kubernetes-list-map-keys" in node:
        yield field, "unique"
    if "properties" not in node:
        for child, mark in (("items", "[]"), ("additionalProperties", "{}")):
            if child in node and "properties" not in node[child]:
                yield from _node_constraints(field + mark, node[child])


def _model_in(annotation: Any) -> type[Model] | None:
    """The model inside an annotation such as `list[X] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    found = (_model_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((model for model in found if model), None)


def _model_of(model: type[Model], wire_name: str) -> type[Model] | None:
    """The model inside a field. By alias: `s3` in snake case would be s_3."""
    return next((_model_in(f.annotation) for f in model.model_fields.values() if f.alias == wire_name), None)


def _model_at(kind: type[Model], path: Sequence[str | int]) -> type[Model]:
    """The innermost model on the way to a path."""
    model = kind
    for part in path:
        if isinstance(part, str):
            model = _model_of(model, part) or model
    return model


def _named(kind: type[Model], path: Sequence[str | int]) -> tuple[str, str]:
    """The model and field that a path in a manifest leads to."""
    model, field = kind, ""
    for part in path:
        inner = _model_of(model, field)
        if inner is not None and isinstance(part, str):
            model, field = inner, part
        elif isinstance(part, int):
            field += "" if inner else "[]"
        else:
            field = f"{field}{{}}" if field else part
    return model.__name__, field
