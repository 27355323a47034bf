"""Golden table, written by hand: schema, output, is it of the schema?"""

from typing import Any

import pytest

from referee_adapter import Failure
from referee_evaluators.evaluators import build
from tests.unit.evaluators.samples import TOOLS, grader, sample, scored, value

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("schema", "output", "right"),
    [
        (PERSON, '{"name": "Ann", "age": 3}', True),
        (PERSON, '  {"name": "Ann"}\n', True),
        (PERSON, '```json\n{"name": "Ann"}\n```', True),
        (PERSON, '```\n{"name": "Ann"}\n```\n', True),
        (PERSON, 'Here it is:\n```json\n{"name": "Ann"}\n```', False),
        (PERSON, '{"name": "Ann"} as asked', False),
        (PERSON, '{"age": 3}', False),
        (PERSON, '{"name": "Ann", "age": "3"}', False),
        (PERSON, '{"name": "Ann", "age": 3.0}', True),
        (PERSON, '{"name": "Ann", "age": 1e3}', True),
        (PERSON, '{"name": "Ann", "age": -0}', True),
        (PERSON, '{"name": "Ann", "age": 1,234}', False),
        (PERSON, '{"name": "Ann", "city": "Paris"}', False),
        (PERSON, '{"name": "Ann", "name": "Bob"}', False),
        (PERSON, "{'name': 'Ann'}", False),
        (PERSON, '{"name": "Ann",}', False),
        (PERSON, "", False),
        ({"type": "number"}, "NaN", False),
        ({"type": "number"}, "Infinity", False),
        ({"type": "string", "maxLength": 4}, '"caf\u00e9"', True),
        ({"type": "string", "maxLength": 4}, '"cafe\u0301"', True),
        ({"type": "string", "pattern": "^[A-Z]{2}$"}, '"FR"', True),
        ({"type": "string", "pattern": "^[A-Z]{2}$"}, '"fr"', False),
        ({"$defs": {"n": {"type": "integer"}}, "type": "array", "items": {"$ref": "#/$defs/n"}}, "[1, 2]", True),
        ({"$defs": {"n": {"type": "integer"}}, "type": "array", "items": {"$ref": "#/$defs/n"}}, "[1, true]", False),
        ({}, "[" * 100_000, False),
    ],
)
async def test_the_output_is_json_of_the_schema(schema: dict[str, Any], output: str, right: bool) -> None:
    assert await value(grader("jsonSchema", {"schema": schema}), sample(output)) == float(right)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("", "the output is no JSON: empty"),
        ("{'a': 1}", "the output is no JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        ('{"name": 3}', "$.name: 3 is not of type 'string'"),
    ],
)
async def test_what_is_wrong_is_explained(output: str, said: str) -> None:
    assert (await scored(grader("jsonSchema", {"schema": PERSON}), sample(output))).explanation == said


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "objekt"}, "'objekt' is not valid"),
        ({"properties": {"a": {"pattern": "(a"}}}, "is not a 'regex'"),
    ],
)
def test_a_broken_schema_is_refused_before_the_first_sample(schema: dict[str, Any], said: str) -> None:
    with pytest.raises(Failure, match=said):
        build(grader("jsonSchema", {"schema": schema}), TOOLS)


async def test_nothing_is_fetched_for_a_reference() -> None:
    for schema in ({"$ref": "http://127.0.0.1:9/schema.json"}, {"items": {"$ref": "other.json#/a"}}):
        with pytest.raises(Failure, match="which is not in it: write that in its place"):
            build(grader("jsonSchema", {"schema": schema}), TOOLS)
    lost = grader("jsonSchema", {"schema": {"$ref": "#/$defs/nobody"}})
    score = await scored(lost, sample("1"))
    assert (score.outcome, score.cause) == ("unscored", "evaluator")
    assert "which is not in it" in str(score.error)


async def test_a_schema_in_parts_refers_to_itself_by_name() -> None:
    schema = {"$id": "http://x/whole", "$defs": {"n": {"$id": "http://x/n", "type": "integer"}}, "$ref": "http://x/n"}
    assert await value(grader("jsonSchema", {"schema": schema}), sample("1")) == 1
    assert await value(grader("jsonSchema", {"schema": schema}), sample('"1"')) == 0


async def test_a_pattern_that_backtracks_for_ever_is_an_error_of_that_sample() -> None:
    score = await scored(grader("jsonSchema", {"schema": {"pattern": "^(a|a)*$"}}), sample(f'"{"a" * 40}b"'))
    assert "still searching" in str(score.error)
