"""On the same endpoint and data the adapter's numbers are those of the harness run by hand, to the last digit."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract.lm_eval.adapter import Bench
from tests.contract.lm_eval.stub import DEADLINE
from tests.contract.lm_eval.tasks import CHOICE, add, generate, lines, sums

GROUP = """
group: both
task: [small, large]
aggregate_metric_list:
  - {metric: exact_match, weight_by_size: true, filter_list: [number]}
"""


def by_hand(bench: Bench, api: str, task: str, **model: Any) -> dict[str, Any]:
    data = bench.base / "test_data"
    arguments = [bench.stub.url, api, task, str(data), json.dumps(model)]
    finished = subprocess.run(
        [sys.executable, Path(__file__).with_name("by_hand.py"), *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(bench.base), "HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"},
        cwd=data,
        check=True,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    table: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return table


def test_generation_with_two_filters(bench: Bench) -> None:
    bench.stub.answer = add
    bench.files = {"sums.yaml": generate(two_filters=True), "sums.jsonl": lines(sums(40))}

    metrics = bench.run("sums").metrics
    table = by_hand(bench, "Chat", "sums", num_concurrent=4)["sums"]

    for name in ("exact_match,number", "exact_match,verbatim"):
        metric, filter_ = name.split(",")
        assert metrics[name]["value"] == table[name]
        assert metrics[name].get("stderr") == table[f"{metric}_stderr,{filter_}"]
        assert (metrics[name]["n"], metrics[name]["type"]) == (40, "Boolean")
    assert metrics["exact_match,number"]["value"] == 34 / 40  # of 1, 3, ... 79 six are multiples of 7
    assert metrics["exact_match,verbatim"]["value"] == 0


def test_a_group_of_subsets(bench: Bench) -> None:
    bench.stub.answer = add
    bench.files = {
        "both.yaml": GROUP,
        "small.yaml": generate("small", "small.jsonl"),
        "large.yaml": generate("large", "large.jsonl"),
        "small.jsonl": lines(sums(7)),
        "large.jsonl": lines(sums(25, start=7)),
    }

    outcome = bench.run("both")
    table = by_hand(bench, "Chat", "both", num_concurrent=4)

    whole = outcome.metrics["exact_match"]
    assert (whole["value"], whole["stderr"], whole["n"]) == (
        table["both"]["exact_match,number"],
        table["both"]["exact_match_stderr,number"],
        32,
    )
    slices = {part["value"]: part["metrics"][0] for part in outcome.result["slices"]}
    assert {name: (metric["value"], metric["stderr"], metric["n"]) for name, metric in slices.items()} == {
        name: (table[name]["exact_match,number"], table[name]["exact_match_stderr,number"], n)
        for name, n in (("small", 7), ("large", 25))
    }


@pytest.mark.parametrize(
    ("backend", "begins"),
    [("remote", False), ("none", True)],
    ids=["aligned by the server's tokenizer", "aligned by offsets that count a begin token"],
)
def test_log_likelihoods(bench: Bench, backend: str, *, begins: bool) -> None:
    bench.stub.has_tokenizer = True
    bench.stub.counts_begin = begins
    words = ["red", "green", "dark blue", "a shade of yellow", "so-called pink"]
    bench.stub.logprobs = {" red": -0.3, " green": -2.5, " dark": -0.1, " blue": -0.7, " pink": -0.01, "-": -0.05}
    items = [{"q": f"The colour of {i} is ", "choices": words[i % 3 :], "gold": i % 2} for i in range(12)]
    bench.files = {"choice.yaml": CHOICE, "choice.jsonl": lines(items)}

    metrics = bench.run("choice", api="Completions", parameters={"tokenizer_backend": backend}).metrics
    table = by_hand(bench, "Completions", "choice", num_concurrent=4, tokenizer_backend="remote")["choice"]

    for name in ("acc", "acc_norm"):
        assert metrics[name]["value"] == table[f"{name},none"]
        assert metrics[name]["stderr"] == table[f"{name}_stderr,none"]
    assert 0 < metrics["acc"]["value"] < 1
