"""A block without fields is a choice among its siblings, and survives being written and read again."""

from typing import Any

import pytest

from referee.api.evaluation import EvaluationData
from referee.api.evaluator import EvaluatorBlocks


@pytest.mark.parametrize("grader", ["latency", "cost", "length", "toolCall", "stringCheck"])
def test_a_grader_without_options_is_still_that_grader(grader: str) -> None:
    written = EvaluatorBlocks.model_validate({"grader": {grader: {}}}).wire()
    assert list(written["grader"]) == [grader]
    assert EvaluatorBlocks.model_validate(written).wire() == written


def test_posted_data_is_still_posted() -> None:
    assert EvaluationData.model_validate({"posted": {}}).wire() == {"posted": {}}


@pytest.mark.parametrize("absent", [{}, {"outputs": []}, {"llm": None}])
def test_what_is_empty_otherwise_says_nothing(absent: dict[str, Any]) -> None:
    assert EvaluatorBlocks.model_validate(absent).wire() == {"mode": "Offline"}
