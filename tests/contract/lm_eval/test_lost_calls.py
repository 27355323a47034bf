"""A call that fails for good costs its sample and is counted; it is neither a wrong answer nor the end of the run."""

import socket

import pytest

from tests.contract.lm_eval.adapter import KEY, Bench
from tests.contract.lm_eval.stub import Asked
from tests.contract.lm_eval.tasks import add, generate, lines, sums

FILES = {"sums.yaml": generate(), "sums.jsonl": lines(sums(12))}
TRY_TWICE = {"execution": {"batchSize": 2, "retry": {"maxRetries": 1, "initialDelaySeconds": 0.01}}}


@pytest.fixture
def bench(bench: Bench) -> Bench:
    bench.files = FILES
    bench.stub.answer = add
    return bench


def test_lost_samples_are_left_out_of_the_score(bench: Bench) -> None:
    def fault(asked: Asked) -> tuple[int, str] | None:
        if asked.text == "3 + 4 =":
            return 400, "the prompt is too long"
        return (500, "out of memory") if asked.text in ("0 + 1 =", "5 + 6 =") else None

    bench.stub.fault = fault

    outcome = bench.run("sums")

    assert outcome.result["samples"] == {"total": 12, "scored": 9, "errors": 3, "unscored": 3}
    metric = outcome.metrics["exact_match"]
    assert (metric["value"], metric["n"]) == (8 / 9, 9)  # of the nine, 10 + 11 = 21 is the one multiple of 7
    lost = {record["index"]: (record["cause"], record["error"]) for record in outcome.records if "cause" in record}
    assert lost == {
        0: ("infrastructure", "status 500: out of memory"),
        3: ("model", "status 400: the prompt is too long"),
        5: ("infrastructure", "status 500: out of memory"),
    }


def test_passing_trouble_is_waited_out(bench: Bench) -> None:
    seen: set[str] = set()

    def first_time_only(asked: Asked) -> tuple[int, str] | None:
        new = asked.text not in seen
        seen.add(asked.text)
        return (503, "loading the model") if new else None

    bench.stub.fault = first_time_only

    outcome = bench.run("sums", referee=TRY_TWICE)

    assert outcome.result["samples"]["errors"] == 0
    assert len(bench.stub.asked) == 24


def test_an_answer_that_is_no_completion_is_lost(bench: Bench) -> None:
    bench.stub.fault = lambda asked: (200, '{"error": "busy"}') if asked.text == "1 + 2 =" else None

    outcome = bench.run("sums")

    assert outcome.result["samples"]["errors"] == 1
    assert "answer not understood" in next(r["error"] for r in outcome.records if "cause" in r)


def test_wrong_credentials_end_the_run_without_repeating_the_key(bench: Bench) -> None:
    bench.stub.fault = lambda asked: (401, f"bad key {asked.headers['Authorization']}")

    outcome = bench.run("sums", key=KEY)

    assert outcome.code == 1
    assert (outcome.result["reason"], outcome.result["retryable"]) == ("ModelUnauthorized", False)
    assert len(bench.stub.asked) <= 4
    assert bench.stub.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in outcome.everything_written()


@pytest.mark.parametrize(
    ("status", "reason", "retryable"),
    [(404, "ModelNotFound", False), (422, "ModelRefusedRequests", False), (500, "ModelUnreachable", True)],
)
def test_an_endpoint_that_only_answers_errors_ends_the_run(
    bench: Bench, status: int, reason: str, *, retryable: bool
) -> None:
    bench.stub.fault = lambda _: (status, "no")

    outcome = bench.run("sums")

    assert (outcome.result["reason"], outcome.result["retryable"]) == (reason, retryable)
    assert "status" in outcome.result["message"]


def test_an_address_where_nobody_listens_ends_the_run_at_the_first_call(bench: Bench) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        bench.stub.url = f"http://127.0.0.1:{nobody.getsockname()[1]}/v1"

        outcome = bench.run("sums", referee=TRY_TWICE)

    assert (outcome.result["reason"], outcome.result["retryable"]) == ("ModelUnreachable", True)
    assert "each tried 2 times" in outcome.result["message"]


def test_a_few_samples_all_lost_are_no_score(bench: Bench) -> None:
    bench.stub.fault = lambda _: (400, "no")

    outcome = bench.run("sums", num_examples=3)

    assert (outcome.result["reason"], outcome.result["retryable"]) == ("NothingScored", False)
    assert outcome.result["samples"] == {"total": 3, "scored": 0, "errors": 3, "unscored": 3}
