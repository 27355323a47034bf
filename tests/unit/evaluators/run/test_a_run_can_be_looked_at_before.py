"""The first requests, their number and their price, without a call; and what would be refused."""

from pathlib import Path
from typing import Any

import pytest

from referee_adapter import AdapterError
from referee_evaluators.preview import Preview, preview
from tests.unit.evaluators.running import EXACT, job, laid, rows

PRICES = {"inputPerMillion": 1_000_000, "outputPerMillion": 1_000_000}


def looked_at(directory: Path, evaluation: Any = None, **own: Any) -> Preview:
    return preview(laid(directory, job("http://model.invalid/v1", "http://gateway.invalid", evaluation, **own)), 2)


def test_the_first_requests_are_shown_as_they_would_be_sent(tmp_path: Path) -> None:
    prompt = {"messages": [{"role": "user", "content": "Say {{ input }}!"}]}
    found = looked_at(tmp_path, {"prompt": prompt}, model={"parameters": {"temperature": 0}})
    body = {"model": "m", "temperature": 0, "messages": [{"role": "user", "content": "Say word 0!"}]}
    assert found.shown[0] == {"id": "q0", "body": body}
    assert len(found.shown) == 2


def test_calls_and_their_price_are_foreseen(tmp_path: Path) -> None:
    execution = {"epochs": {"count": 3}}
    found = looked_at(tmp_path, execution=execution, model={"parameters": {"max_tokens": 5}, "pricing": PRICES})
    assert (found.samples, found.epochs, found.requests) == (20, 3, 60)
    assert found.output_tokens == 300
    assert found.cost == found.input_tokens + 300


def test_recorded_outputs_need_no_call(tmp_path: Path) -> None:
    recorded = [{**row, "output": "x"} for row in rows(5)]
    found = looked_at(tmp_path, {"dataset": {"inline": recorded}, "generation": "Recorded"})
    assert (found.samples, found.requests, found.shown) == (5, 0, ())


@pytest.mark.parametrize(
    ("evaluation", "said"),
    [
        ({"prompt": {"messages": [{"role": "user", "content": "{{ contry }}"}]}}, "contry"),
        ({"dataset": {"inline": [{"id": "a", "input": 1}, {"id": "a", "input": 2}]}}, "'a'"),
        ({"evaluators": [{**EXACT, "grader": {"regex": {"pattern": "("}}}]}, "exact"),
    ],
    ids=["a name that no row has", "an id that is taken", "a pattern that is none"],
)
def test_what_would_be_refused_is_refused(tmp_path: Path, evaluation: Any, said: str) -> None:
    with pytest.raises(AdapterError, match=said):
        looked_at(tmp_path, evaluation)
