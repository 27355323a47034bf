"""Golden table, written by hand: options, calls made, calls expected, right?"""

import json
from typing import Any

import pytest

from tests.unit.evaluators.samples import grader, sample, scored, value


def calls(*made: tuple[str, Any]) -> dict[str, Any]:
    """A chat message with tool calls."""
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": f"c{number}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
                },
            }
            for number, (name, arguments) in enumerate(made)
        ],
    }


WEATHER = {"name": "weather", "arguments": {"city": "Paris", "days": 2}}
TIME = {"name": "time", "arguments": {}}


@pytest.mark.parametrize(
    ("options", "message", "target", "right"),
    [
        ({}, calls(("weather", {"city": "Paris", "days": 2})), [WEATHER], True),
        ({}, calls(("weather", {"days": 2.0, "city": "Paris"})), [WEATHER], True),
        ({}, calls(("weather", {"city": "Paris", "days": 2})), WEATHER, True),
        ({}, calls(("weather", {"city": "Paris", "days": 2})), {"tool_calls": [WEATHER]}, True),
        ({}, calls(("weather", {"city": "Paris", "days": 2})), calls(("weather", WEATHER["arguments"])), True),
        ({}, calls(("weather", {"city": "Paris", "days": 2})), ["weather"], True),
        ({}, calls(("weather", {"city": "Paris", "days": 2})), "weather", True),
        ({}, calls(("weather", {"city": "Rome", "days": 2})), [WEATHER], False),
        ({}, calls(("weather", {"city": "paris", "days": 2})), [WEATHER], False),
        ({}, calls(("weather", {"city": "Paris", "days": "2"})), [WEATHER], False),
        ({}, calls(("weather", {"city": "Paris", "days": True})), [WEATHER], False),
        ({}, calls(("weather", {"city": "Paris"})), [WEATHER], False),
        ({}, calls(("weather", {"city": "Paris", "days": 2, "unit": "C"})), [WEATHER], False),
        ({}, calls(("weathers", {"city": "Paris", "days": 2})), [WEATHER], False),
        ({}, calls(("f", {"x": "caf\u00e9"})), [{"name": "f", "arguments": {"x": "cafe\u0301"}}], True),
        ({}, calls(("f", {"x": -0.0})), [{"name": "f", "arguments": {"x": 0}}], True),
        ({}, calls(("f", '{"x": 1e3}')), [{"name": "f", "arguments": {"x": 1000}}], True),
        ({}, calls(("f", {"x": "1,000"})), [{"name": "f", "arguments": {"x": 1000}}], False),
        ({}, calls(("f", "{broken")), [{"name": "f", "arguments": {}}], False),
        ({}, calls(("f", "{broken")), ["f"], True),
        ({}, calls(("time", "")), [TIME], True),
        ({}, calls(("time", " ")), [{"name": "time", "arguments": "{}"}], True),
        ({}, calls(), [], True),
        ({}, None, [], True),
        ({}, calls(("time", {})), [], False),
        ({}, None, [TIME], False),
        ({}, calls(("time", {}), ("time", {})), [TIME], False),
        ({}, calls(("time", {})), [TIME, TIME], False),
        ({}, calls(("time", {}), ("weather", WEATHER["arguments"])), [WEATHER, TIME], True),
        ({"order": True}, calls(("time", {}), ("weather", WEATHER["arguments"])), [WEATHER, TIME], False),
        ({"order": True}, calls(("time", {}), ("weather", WEATHER["arguments"])), [TIME, WEATHER], True),
        (
            {"arguments": "Subset"},
            calls(("f", {"a": 1, "b": {"c": 2, "d": 3}})),
            [{"name": "f", "arguments": {"b": {"c": 2}}}],
            True,
        ),
        ({"arguments": "Subset"}, calls(("f", {"a": 1})), [{"name": "f", "arguments": {"b": 1}}], False),
        # the first expected call would take what only the second can have
        (
            {"arguments": "Subset"},
            calls(("f", {"a": 1, "b": 2}), ("f", {"a": 1})),
            [{"name": "f", "arguments": {"a": 1}}, {"name": "f", "arguments": {"b": 2}}],
            True,
        ),
        ({"arguments": "Ignore"}, calls(("weather", {"city": "Rome"})), [WEATHER], True),
        ({"arguments": "Ignore"}, calls(("time", {})), [WEATHER], False),
        ({}, {"function_call": {"name": "time", "arguments": "{}"}}, [TIME], True),
    ],
)
async def test_exactly_the_expected_tools_are_called(
    options: dict[str, Any], message: Any, target: Any, right: bool
) -> None:
    assert await value(grader("toolCall", options), sample(None, target, message=message)) == float(right)


async def test_what_was_called_is_in_the_record() -> None:
    score = await scored(grader("toolCall"), sample(None, [TIME], message=calls(("f", {"x": 1}))))
    assert score.explanation == "called f({'x': 1}); expected time({})"


@pytest.mark.parametrize("target", [7, [7], [{"arguments": {}}], [{"name": "f", "arguments": "{broken"}]])
async def test_a_target_that_is_no_list_of_calls_is_an_error(target: Any) -> None:
    score = await scored(grader("toolCall"), sample(None, target, message=calls()))
    assert (score.outcome, score.cause) == ("unscored", "evaluator")


async def test_no_target_is_not_scored() -> None:
    assert (await scored(grader("toolCall"), sample("x"))).cause == "TargetMissing"
