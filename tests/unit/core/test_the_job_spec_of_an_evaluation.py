"""What the built-in adapter is told: everything that was resolved, its share of every limit, and no secret."""

import json
from typing import Any

from referee.core.jobspec import Host, Turn, job_spec
from referee.core.podspec import PodDefaults, child_manifests
from tests.unit.core.shelf import EXACT, POINTS, an_evaluation, planned

JUDGE = {
    "name": "judge",
    "type": "LLM",
    "llm": {
        "rubric": "is it right?",
        "model": {"url": "http://judge:1/v1", "name": "j", "auth": {"secretRef": {"name": "judge-key"}}},
        "rateLimit": {"requestsPerMinute": 60},
    },
    "score": {"min": 1, "max": 5},
}
LIMITS = {
    "shards": 4,
    "budget": {"maxTokens": 1000, "maxCost": 2},
    "rateLimit": {"requestsPerMinute": 600, "tokensPerMinute": 8000},
}
HOST = Host("http://gateway", "llm-key")


def told(turn: Turn, **block: Any) -> dict[str, Any]:
    job = an_evaluation(evaluators=[EXACT, JUDGE], spec={"execution": LIMITS}, **block)
    plan = planned(job)
    document = job_spec(job, plan, plan.benchmarks[0], turn, HOST)
    own: dict[str, Any] = document["referee"]
    return own


def test_one_pod_of_several_has_its_share_of_every_limit() -> None:
    own = told(Turn(1, "Shards"))

    assert own["shards"] == 4
    assert own["execution"]["budget"] == {"maxTokens": 250, "maxCost": 0.5}
    assert (own["execution"]["requestsPerMinute"], own["execution"]["tokensPerMinute"]) == (150, 2000)
    assert own["evaluation"]["evaluators"][1]["llm"]["rateLimit"] == {"requestsPerMinute": 15}


def test_the_attempt_that_puts_them_together_has_all_that_is_left() -> None:
    own = told(Turn(2, "Whole"))

    assert own["shards"] == 1
    assert own["execution"]["budget"] == {"maxTokens": 1000, "maxCost": 2.0}
    assert own["evaluation"]["closing"] == ""


def test_a_closing_attempt_knows_what_missing_scores_mean() -> None:
    assert told(Turn(3, "Closing"))["evaluation"]["closing"] == "Unknown"


def test_datapoints_of_the_job_reach_the_adapter() -> None:
    assert told(Turn(1))["evaluation"]["dataset"]["inline"] == POINTS


def test_a_judges_secret_is_a_directory_and_never_a_name() -> None:
    own = told(Turn(1))
    judge = own["evaluation"]["evaluators"][1]["llm"]

    assert judge["credentials"] == "/var/run/secrets/evaluators/1"
    assert "judge-key" not in json.dumps(own)


def test_a_judges_secret_is_mounted_where_it_is_said_to_be() -> None:
    job = an_evaluation(evaluators=[EXACT, JUDGE])
    plan = planned(job)
    child = child_manifests(job, plan, plan.benchmarks[0], Turn(1), PodDefaults("http://gateway")).job
    pod = child["spec"]["template"]["spec"]

    assert {"name": "judge-1", "secret": {"secretName": "judge-key"}} in pod["volumes"]
    (mount,) = [m for m in pod["containers"][0]["volumeMounts"] if m["name"] == "judge-1"]
    assert (mount["mountPath"], mount["readOnly"]) == ("/var/run/secrets/evaluators/1", True)


def test_shares_are_an_indexed_job_whose_failures_are_each_their_own() -> None:
    job = an_evaluation(spec={"execution": LIMITS})
    plan = planned(job)
    spec = child_manifests(job, plan, plan.benchmarks[0], Turn(1, "Shards"), PodDefaults("http://gateway")).job["spec"]

    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 4, 4)
    assert spec["backoffLimitPerIndex"] == 0
    assert "backoffLimit" not in spec
