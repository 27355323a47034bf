"""The endpoint is asked for the samples, with the settings and no faster than the job says."""

from typing import Any

import pytest

from tests.contract.lm_eval.adapter import KEY, NO_RETRY, Bench
from tests.contract.lm_eval.tasks import CHOICE, add, generate, lines, sums

GROUP = "group: both\ntask: [small, large]\n"
FILES = {
    "both.yaml": GROUP,
    "small.yaml": generate("small", "small.jsonl"),
    "large.yaml": generate("large", "large.jsonl"),
    "small.jsonl": lines(sums(10)),
    "large.jsonl": lines(sums(40, start=10)),
}


@pytest.fixture
def bench(bench: Bench) -> Bench:
    bench.files = dict(FILES)
    bench.stub.answer = add
    return bench


def test_settings_of_job_and_benchmark_reach_the_endpoint(bench: Bench) -> None:
    own = {
        "model": {
            "api": "Chat",
            "headers": {"X-Team": "a"},
            "parameters": {"temperature": 0.5, "top_p": 0.9, "max_tokens": 9},
        },
        "execution": {"retry": NO_RETRY},
    }
    more = {"system_instruction": "Only the number.", "gen_kwargs": "top_p=0.8,seed=3"}

    bench.run("small", key=KEY, num_examples=1, parameters=more, referee=own)

    (asked,) = bench.stub.asked
    assert asked.path == "/v1/chat/completions"
    assert (asked.headers["Authorization"], asked.headers["X-Team"]) == (f"Bearer {KEY}", "a")
    assert asked.body["messages"] == [
        {"role": "system", "content": "Only the number."},
        {"role": "user", "content": "0 + 1 ="},
    ]
    sent = {key: asked.body[key] for key in ("model", "temperature", "top_p", "max_tokens", "seed", "stop")}
    assert sent == {"model": "m", "temperature": 0.5, "top_p": 0.8, "max_tokens": 9, "seed": 3, "stop": ["Q:"]}


def test_few_shot_examples_come_from_the_data(bench: Bench) -> None:
    bench.files["small.yaml"] += "fewshot_split: test\n"

    bench.run("small", num_examples=1, parameters={"num_fewshot": 2})

    roles = [message["role"] for message in bench.stub.asked[0].body["messages"]]
    assert roles == ["user", "assistant", "user", "assistant", "user"]


def test_the_number_of_samples_counts_over_all_subsets(bench: Bench) -> None:
    outcome = bench.run("both", num_examples=10)

    assert len(bench.stub.asked) == 10
    assert outcome.result["samples"]["total"] == 10
    assert {part["value"]: part["metrics"][0]["n"] for part in outcome.result["slices"]} == {"small": 2, "large": 8}
    assert outcome.metrics["exact_match"]["n"] == 10  # the harness gives no number for this group: all samples count


def test_random_samples_are_the_same_each_time(bench: Bench) -> None:
    def asked(seed: int) -> set[str]:
        bench.stub.asked.clear()
        sampling = {"sampling": {"method": "Random", "seed": seed}, "execution": {"retry": NO_RETRY}}
        outcome = bench.run("large", num_examples=8, referee=sampling)
        assert outcome.result["samples"]["total"] == 8
        indexes = [record["index"] for record in outcome.records]
        assert [asked.text for asked in sorted(bench.stub.asked, key=lambda asked: int(asked.text.split()[0]))] == [
            f"{index + 10} + {index + 11} =" for index in indexes
        ]
        return {asked.text for asked in bench.stub.asked}

    assert asked(1) == asked(1) != asked(2)


def test_no_more_than_the_batch_size_at_once(bench: Bench) -> None:
    at_once: list[int] = []
    running = 0

    def gate(_: Any) -> None:
        nonlocal running
        with bench.stub.changed:
            running += 1
            at_once.append(running)
            bench.stub.changed.notify_all()
            if len(at_once) < 3:  # the first two wait for each other, so two at once are certain
                bench.stub.changed.wait_for(lambda: len(at_once) >= 2, 10)
            running -= 1

    bench.stub.gate = gate

    bench.run("small", referee={"execution": {"batchSize": 2, "retry": NO_RETRY}})

    assert max(at_once) == 2


def test_a_task_of_the_harness_runs_on_data_of_ones_own(bench: Bench) -> None:
    """The harness's `asdiv` compares log-likelihoods; here with items of ours and nothing from a hub."""
    item = {"body": "Two hens lay 3 eggs each.", "question": "How many eggs?", "answer": "6 (eggs)", "formula": "2*3=6"}
    bench.files = {"mine.jsonl": lines([item] * 3)}

    outcome = bench.run("asdiv", api="Completions", parameters={"data_files": {"validation": "mine.jsonl"}})

    assert outcome.metrics["acc"]["n"] == 3
    assert bench.stub.asked[-1].text.endswith("Answer:6")


@pytest.mark.parametrize(
    ("task", "parameters", "reason", "words"),
    [
        ("gsm9k", {}, "UnknownTask", "gsm8k"),
        ("small", {"num_fewshots": 1}, "InvalidParameters", "num_fewshots: not known"),
        ("small", {"num_fewshot": "two"}, "InvalidParameters", "num_fewshot must be a whole number or null, not 'two'"),
        ("small", {"max_length": 0}, "InvalidParameters", "max_length must be at least 2"),
        ("small", {"tokenizer_backend": "x"}, "InvalidParameters", "tokenizer_backend must be one of auto, none"),
        ("small", {"data_files": "gone.jsonl"}, "InvalidParameters", "no file 'gone.jsonl'"),
        ("small", {"data_files": "../meta/job.json"}, "InvalidParameters", "no file '../meta/job.json'"),
        ("both", {"data_files": "small.jsonl"}, "InvalidParameters", "is a group of tasks"),
        ("broken", {}, "TaskNotUsable", "broken"),
        ("missing", {}, "DatasetUnavailable", "nowhere.jsonl"),
        ("gsm8k", {"offline": True}, "DatasetUnavailable", "testData"),
    ],
)
def test_what_cannot_be_run_is_refused_with_the_remedy(
    bench: Bench, task: str, parameters: dict[str, Any], reason: str, words: str
) -> None:
    bench.files["broken.yaml"] = "task: broken\noutput_type: telepathy\ndataset_path: json\n"
    bench.files["missing.yaml"] = generate("missing", "nowhere.jsonl")

    outcome = bench.run(task, parameters=parameters)

    assert outcome.code == 1
    assert outcome.result["reason"] == reason
    assert words in outcome.result["message"]
    assert not bench.stub.asked


def test_a_task_file_is_found_by_its_file_name(bench: Bench) -> None:
    bench.files["deep/choice-2.yaml"] = CHOICE.replace("choice.jsonl", "deep/choice.jsonl")
    bench.files["deep/choice.jsonl"] = lines([{"q": "a", "choices": ["b", "c"], "gold": 0}] * 2)

    assert bench.run("deep/choice-2.yaml", api="Completions").metrics["acc"]["value"] == 1
