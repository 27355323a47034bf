"""A provider's schema can neither reach out, nor hang, nor crash whoever checks parameters with it."""

from typing import Any

import pytest

from referee.core.parameters import fill, problems, schema_trouble


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"$ref": "http://169.254.169.254/latest"}, "$ref is not supported"),
        ({"$ref": "#"}, "$ref is not supported"),
        ({"properties": {"a": {"$ref": "#/$defs/missing"}}}, ".properties.a: $ref"),
        ({"allOf": [{"$dynamicRef": "#x"}]}, ".allOf[0]: $dynamicRef"),
        ({"properties": {"a": {"pattern": "^(a+)+$"}}}, "pattern is not supported; use enum"),
        ({"patternProperties": {"^a": {}}}, "patternProperties is not supported"),
        ({"properties": {"a": {"uniqueItems": True}}}, ".properties.a: uniqueItems is not supported"),
        ({"enum": list(range(501))}, ": it has a list of 501 items; 500 are allowed"),
        ({"properties": ["a"]}, ".properties: ['a'] is not of type 'object'"),
        ({"type": "int"}, "'int' is not valid"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_used_is_refused_with_the_place(schema: dict[str, Any], says: str) -> None:
    trouble = schema_trouble(schema)
    assert trouble is not None
    assert says in trouble


def test_a_property_may_be_called_like_a_keyword() -> None:
    schema = {"properties": {"pattern": {"type": "string"}, "$ref": {"enum": ["$ref"]}}}
    assert schema_trouble(schema) is None
    assert problems(schema, {"pattern": "^(a+)+$"}) is None


def test_a_schema_without_a_bottom_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(5_000):
        schema = {"items": schema}
    assert "deep" in str(schema_trouble(schema))


def test_a_null_is_not_given() -> None:
    schema = {"properties": {"a": {"default": 1}, "b": {"default": None}}}
    assert fill(schema, {"a": None, "c": {"d": None, "e": [None]}}) == {"a": 1, "c": {"e": [None]}}
