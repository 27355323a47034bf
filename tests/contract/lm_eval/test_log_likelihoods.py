"""Comparing tasks: scores that follow by hand from fixed log-probabilities, and clear refusals where there are none."""

import pytest

from tests.contract.lm_eval.adapter import Bench
from tests.contract.lm_eval.tasks import CHOICE, generate, lines, sums

ITEMS = [
    {"q": "Grass is", "choices": ["green", "very very red"], "gold": 0},
    {"q": "Snow is", "choices": ["red", "white"], "gold": 1},
    {"q": "Blood is", "choices": ["green", "red"], "gold": 1},
    {"q": "Night is", "choices": ["dark", "not white"], "gold": 1},
]
FILES = {"choice.yaml": CHOICE, "choice.jsonl": lines(ITEMS)}
LOGPROBS = {" green": -0.2, " red": -0.9, " white": -0.1, " very": -0.1, " dark": -0.4, " not": -0.3}
"""Sums, and per character as the harness counts them (without the space before):

    Grass  green -0.2  /5 = -0.040    very very red -1.1 /13 = -0.085   right by both
    Snow   red   -0.9  /3 = -0.300    white         -0.1 /5  = -0.020   right by both
    Blood  green -0.2                 red           -0.9                wrong by both
    Night  dark  -0.4  /4 = -0.100    not white     -0.4 /9  = -0.044   a tie that goes to the first; right by length
"""


def test_accuracy_is_what_follows_by_hand(bench: Bench) -> None:
    bench.files = FILES
    bench.stub.logprobs = LOGPROBS

    outcome = bench.run("choice", api="Completions")

    assert (outcome.metrics["acc"]["value"], outcome.metrics["acc"]["n"]) == (0.5, 4)
    assert outcome.metrics["acc_norm"]["value"] == 0.75
    assert outcome.metrics["acc"]["type"] == "Boolean"
    night = outcome.records[3]
    assert night["choices"] == [" dark", " not white"]
    assert [pair[0][0] for pair in night["output"]] == pytest.approx([-0.4, -0.4])
    assert night["scores"] == {"acc": 0.0, "acc_norm": 1.0}


def test_what_is_asked_is_an_echo_of_the_whole_text(bench: Bench) -> None:
    bench.files = FILES

    bench.run("choice", api="Completions")

    bodies = [asked.body for asked in bench.stub.asked[1:]]
    assert sorted(body["prompt"] for body in bodies)[:2] == ["Blood is green", "Blood is red"]
    assert all((body["echo"], body["logprobs"], body["max_tokens"]) == (True, 1, 1) for body in bodies)


def test_an_endpoint_that_ignores_echo_is_found_out_by_one_call(bench: Bench) -> None:
    bench.files = FILES
    bench.stub.gives_logprobs = False

    outcome = bench.run("choice", api="Completions")

    assert outcome.code == 1
    assert (outcome.result["reason"], outcome.result["retryable"]) == ("LogprobsUnavailable", False)
    assert len(bench.stub.asked) == 1


def test_an_endpoint_that_refuses_echo_is_quoted(bench: Bench) -> None:
    bench.files = FILES
    bench.stub.fault = lambda _: (400, "echo is not supported")

    outcome = bench.run("choice", api="Completions")

    assert outcome.result["reason"] == "LogprobsUnavailable"
    assert "echo is not supported" in outcome.result["message"]


def test_the_chat_api_is_refused_before_anything_is_asked(bench: Bench) -> None:
    bench.files = FILES

    outcome = bench.run("choice", api="Chat")

    assert (outcome.result["reason"], outcome.result["retryable"]) == ("LoglikelihoodNeedsCompletions", False)
    assert not bench.stub.asked


def test_a_tokenizer_that_is_not_there_is_named(bench: Bench) -> None:
    bench.files = FILES

    outcome = bench.run("choice", api="Completions", parameters={"tokenizer": "/nowhere"})

    assert (outcome.result["reason"], outcome.result["retryable"]) == ("TokenizerUnavailable", False)
    assert "huggingface" in outcome.result["message"]


def test_generation_over_completions_needs_no_tokenizer(bench: Bench) -> None:
    bench.files = {"sums.yaml": generate(), "sums.jsonl": lines(sums(3))}
    bench.stub.answer = lambda prompt: {"0 + 1 =": " 1", "1 + 2 =": " 3"}.get(prompt, "none")

    assert bench.run("sums", api="Completions").metrics["exact_match"]["value"] == pytest.approx(2 / 3)
    assert {asked.path for asked in bench.stub.asked} == {"/v1/completions"}
