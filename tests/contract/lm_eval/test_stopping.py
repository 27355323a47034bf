"""Told to stop, a run is scored as far as it came; what was not asked is unscored, not wrong."""

import itertools
import signal
import threading

from tests.contract.lm_eval.adapter import Bench
from tests.contract.lm_eval.stub import DEADLINE, Asked
from tests.contract.lm_eval.tasks import add, generate, lines, sums
from tests.unit.adapter.receiver import receiving


def test_what_was_answered_until_then_is_the_partial_result(bench: Bench) -> None:
    bench.files = {"sums.yaml": generate(), "sums.jsonl": lines(sums(30))}
    bench.stub.answer = add
    arrivals = itertools.count(1)
    ended = threading.Event()

    def hold_the_eleventh(_: Asked) -> None:
        if next(arrivals) > 10:
            ended.wait(DEADLINE)

    bench.stub.gate = hold_the_eleventh
    with receiving() as events:
        running = bench.start("sums", callback_url=events.url, referee={"execution": {"batchSize": 1}})
        bench.stub.wait_for(11)
        running.process.send_signal(signal.SIGTERM)
        outcome = running.outcome()
        ended.set()

    assert outcome.code == 128 + signal.SIGTERM
    (partial,) = events.of("partial")
    assert partial["samples"] == {"total": 30, "scored": 10, "errors": 0, "unscored": 20}
    assert (partial["metrics"][0]["value"], partial["metrics"][0]["n"]) == (9 / 10, 10)
    assert not events.of("result")
    assert sum(record.get("cause") == "stopped" for record in outcome.records) == 20


def test_progress_counts_samples(bench: Bench) -> None:
    bench.files = {"sums.yaml": generate(), "sums.jsonl": lines(sums(8))}
    bench.stub.answer = add
    with receiving() as events:
        bench.stub.gate = lambda _: events.wait_for(1)
        outcome = bench.start("sums", callback_url=events.url).outcome()

    assert outcome.code == 0
    assert events.of("progress")[0] == {"total": 8, "done": 0, "errors": 0}
    assert events.of("result")[0]["metrics"][0]["n"] == 8
    assert events.posted[-1].content["status"] == "completed"
