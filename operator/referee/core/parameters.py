"""Parameters against a provider's parametersSchema: defaults filled in, the rest checked.

Whoever may write a Provider decides what runs here, so of JSON Schema only what ends quickly and needs nothing from
outside is taken: no references (a validator would fetch them, or follow them in a circle), no patterns (some take
longer than the age of the universe) and no comparison of each item with each. What is refused is the provider's fault
and is told on the provider too.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

from referee.api.nearest import alternatives
from referee.core.evaluation.schemas import too_large

_REFUSED = {
    "$ref": "write what it refers to in its place",
    "$dynamicRef": "write what it refers to in its place",
    "$recursiveRef": "write what it refers to in its place",
    "pattern": "use enum, minLength and maxLength",
    "patternProperties": "use properties and additionalProperties",
    "uniqueItems": "say so in its description: for long lists the check takes too long",
}
_DEEPEST = 32


def schema_trouble(schema: Mapping[str, Any]) -> str | None:
    """Why a schema cannot be used; None if it can."""
    for path, keyword in _keywords(schema, ""):
        if keyword in _REFUSED:
            return f"{path}: {keyword} is not supported; {_REFUSED[keyword]}"
        if keyword == "":
            return f"{path}: nested more than {_DEEPEST} deep"
    if (large := too_large(schema)) is not None:
        return f": {large}"
    try:
        jsonschema.Draft202012Validator.check_schema(dict(schema))
    except jsonschema.SchemaError as error:
        return f"{error.json_path.removeprefix('$') or '.'}: {error.message}"
    return None


def fill(schema: Mapping[str, Any] | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with the schema's defaults. A null says "not given": a merge patch cannot carry one."""
    parameters: dict[str, Any] = _without_nulls(dict(given))
    for name, field in ((schema or {}).get("properties") or {}).items():
        if isinstance(field, dict) and field.get("default") is not None:
            parameters.setdefault(name, copy.deepcopy(field["default"]))
    return parameters


def problems(schema: Mapping[str, Any], parameters: Mapping[str, Any], most: int = 3) -> str | None:
    """What is wrong with parameters by a schema that can be used; None if nothing is."""
    found = jsonschema.Draft202012Validator(dict(schema)).iter_errors(dict(parameters))
    errors = sorted(found, key=lambda error: error.json_path)[:most]
    return "; ".join(f"parameters{e.json_path.removeprefix('$')}: {e.message}{_meant(e)}" for e in errors) or None


def _meant(error: jsonschema.ValidationError) -> str:
    """What there is instead of a parameter that does not exist."""
    known = error.schema.get("properties") if isinstance(error.schema, Mapping) else None
    if error.validator != "additionalProperties" or not known or not isinstance(error.instance, Mapping):
        return ""
    unknown = next((name for name in error.instance if name not in known), None)
    return "" if unknown is None else alternatives(str(unknown), known)


def _keywords(node: object, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every keyword of a schema with where it stands; names of properties are none."""
    if depth > _DEEPEST:
        yield path, ""
    elif isinstance(node, Mapping):
        for keyword, value in node.items():
            yield path or ".", str(keyword)
            if keyword in ("properties", "$defs", "definitions", "dependentSchemas") and isinstance(value, Mapping):
                for name, inner in value.items():
                    yield from _keywords(inner, f"{path}.{keyword}.{name}", depth + 1)
            elif keyword not in ("enum", "const", "default", "examples"):
                yield from _keywords(value, f"{path}.{keyword}", depth + 1)
    elif isinstance(node, list):
        for position, inner in enumerate(node):
            yield from _keywords(inner, f"{path}[{position}]", depth + 1)


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return copy.deepcopy(value)
