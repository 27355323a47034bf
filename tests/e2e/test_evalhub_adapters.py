"""Adapters made with the published SDK run in real pods, unmodified, and none of their ends loses a result unsaid."""

import json
from typing import Any

import pytest

from tests.e2e import others
from tests.e2e.prompter import Prompter
from tests.e2e.team import Team

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def hosts(team: Team) -> Team:
    others.provide(team)
    return team


def test_a_behaving_adapter_finds_what_its_sdk_looks_for_and_its_result_counts(hosts: Team) -> None:
    api, namespace = hosts.cluster.api, hosts.namespace
    api.post(
        f"/api/v1/namespaces/{namespace}/secrets",
        {"metadata": {"name": "llm-key"}, "stringData": {"api-key": "sk-1"}},
    )
    api.post(
        f"/api/v1/namespaces/{namespace}/configmaps",
        {"metadata": {"name": "questions"}, "data": {"q.jsonl": "{}"}},
    )
    data = {"testData": {"configMap": {"name": "questions"}}}
    others.apply(hosts, "behaves", "behaving", benchmark=data, model={"auth": {"secretRef": {"name": "llm-key"}}})

    found = others.ended(hosts, "behaves")
    assert (found["phase"], found["primary"]["value"]) == ("Completed", 0.75)
    assert len(found["resultDigest"]) == 64
    assert "reason" not in found
    around: dict[str, Any] = json.loads(others.log(hosts, "behaves").splitlines()[-1])
    assert around["identity"] == {"namespace": namespace, "token": "the-token-is-the-agents"}
    assert around["test_data"] == {"q.jsonl": "{}"}
    assert around["may_write"] == ["/data", "/tmp", "/shared"]  # noqa: S108 - in the pod
    assert around["model_key"] == "sk-1"
    assert around["limits"] == {"MY_CPU_LIMIT": "1", "MY_MEM_LIMIT": str(256 * 2**20), "MY_GPU_LIMIT": "0"}
    assert around["secrets"] == ["kubernetes.io", "model"]


CRASHES = [
    ("before construction", "AdapterFailed", "RuntimeError: crashed at before construction"),
    ("construction", "AdapterFailed", "RuntimeError: crashed at construction"),
    ("initializing", "AdapterFailed", "RuntimeError: crashed at initializing"),
    ("loading_data", "AdapterFailed", "RuntimeError: crashed at loading_data"),
    ("running_evaluation", "AdapterFailed", "RuntimeError: crashed at running_evaluation"),
    ("post_processing", "AdapterFailed", "RuntimeError: crashed at post_processing"),
    ("persisting_artifacts", "AdapterFailed", "RuntimeError: crashed at persisting_artifacts"),
    ("before posting", "AdapterFailed", "RuntimeError: crashed at before posting"),
    ("silence", "ResultsMissing", "eval-hub-sdk only logs a report that it could not make"),
    ("after posting", None, ""),
    ("killed after posting", None, ""),
]


def test_a_crash_at_any_point_ends_in_its_result_or_in_a_reason(hosts: Team) -> None:
    names = {at: f"crash-{number}" for number, (at, _, _) in enumerate(CRASHES)}
    for at, name in names.items():
        others.apply(hosts, name, "crashing", {"at": at})

    found = {at: others.ended(hosts, name, 300) for at, name in names.items()}

    for at, reason, said in CRASHES:
        status = found[at]
        assert status["phase"] == ("Failed" if reason else "Completed"), f"{at}: {status}"
        assert status.get("reason") == reason, f"{at}: {status}"
        assert said in status.get("message", ""), f"{at}: {status}"
        if reason is None:
            assert status["primary"]["value"] == 0.5


def test_an_adapter_that_is_deaf_to_sigterm_is_cancelled_when_its_grace_is_over(
    hosts: Team, prompter: Prompter
) -> None:
    others.apply(hosts, "deaf", "crashing", {"at": "deaf"}, pod={"terminationGracePeriodSeconds": 6})
    prompter.wait_until_asked("deaf")
    prompter.tell("deaf", "go on")

    hosts.edit("deaf", cancel=True)

    assert others.ended(hosts, "deaf")["phase"] == "Cancelled"


GARBAGE = [
    ("NaN", "Failed", "ResultsMissing", "NaN"),
    ("texts", "Failed", "NoMetrics", ""),
    ("nothing", "Failed", "NoMetrics", ""),
    ("a schema of other metrics", "Failed", "ResultRefused", "metrics_schema"),
    ("a list of metrics", "Failed", "ResultRefused", "metrics"),
    ("another benchmark", "Failed", "ResultsMissing", ""),
    ("no JSON", "Failed", "ResultRefused", "not JSON"),
    ("a great deal", "Completed", None, ""),
    ("twice", "Completed", None, ""),
    ("after the end", "Completed", None, ""),
]


def test_garbage_is_refused_with_a_reason_or_what_was_good_in_it_counts(hosts: Team) -> None:
    names = {what: f"garbage-{number}" for number, (what, *_) in enumerate(GARBAGE)}
    for what, name in names.items():
        others.apply(hosts, name, "garbage", {"what": what})

    found = {what: others.ended(hosts, name, 300) for what, name in names.items()}

    for what, phase, reason, said in GARBAGE:
        status = found[what]
        assert (status["phase"], status.get("reason")) == (phase, reason), f"{what}: {status}"
        assert said in status.get("message", ""), f"{what}: {status}"
        if reason is None:
            assert status["primary"]["value"] == 0.5
    assert found["a great deal"]["truncated"] is True
