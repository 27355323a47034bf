"""From a job and a catalogue to a plan, or to a refusal that names the culprit."""

from typing import Any

import pytest

from referee.api.collection import Collection
from referee.api.provider import Provider
from referee.api.runplan import RunPlan
from referee.core.refusal import Refusal
from referee.core.resolve import Allowed, resolve
from tests.unit.core.shelf import Shelf
from tests.unit.core.world import a_job

HARNESS: dict[str, Any] = {
    "metadata": {"name": "harness"},
    "spec": {
        "adapter": {"image": "harness:1"},
        "parametersSchema": {
            "type": "object",
            "properties": {"shots": {"type": "integer", "minimum": 0, "default": 5}, "mode": {"enum": ["a", "b"]}},
            "additionalProperties": False,
        },
        "benchmarks": [
            {
                "id": "mmlu",
                "metrics": [{"name": "acc", "type": "Boolean"}, {"name": "ppl", "lowerIsBetter": True}],
                "primaryScore": {"metric": "acc"},
                "task": "mmlu_generative",
            },
            {"id": "latency", "metrics": [{"name": "p95", "lowerIsBetter": True}]},
            {"id": "vague", "metrics": [{"name": "x"}, {"name": "y"}]},
        ],
    },
}
SUITE = {
    "metadata": {"name": "suite"},
    "spec": {
        "passCriteria": {"threshold": 0.6},
        "benchmarks": [{"id": "mmlu", "provider": "harness", "weight": 2, "parameters": {"shots": 1, "mode": "a"}}],
    },
}


def harness_shelf(spec: dict[str, Any] | None = None) -> Shelf:
    provider = {**HARNESS, "spec": spec or HARNESS["spec"]}
    return Shelf(providers=[Provider.model_validate(provider)], collections=[Collection.model_validate(SUITE)])


def plan_of(**spec: Any) -> RunPlan:
    plan = resolve(a_job(**spec), harness_shelf())
    assert isinstance(plan, RunPlan), plan
    return plan


def one(**fields: Any) -> list[dict[str, Any]]:
    return [{"id": "mmlu", "provider": "harness", **fields}]


def test_what_the_provider_says_stands_in_the_plan() -> None:
    planned = plan_of(benchmarks=one()).benchmarks[0]
    assert planned.task == "mmlu_generative"
    assert planned.parameters == {"shots": 5}
    assert planned.primary_score is not None
    assert planned.primary_score.range == [0, 1]
    assert planned.primary_score.lower_is_better is False


def test_what_the_job_says_wins() -> None:
    given = one(parameters={"shots": 0}, primaryScore={"metric": "acc", "range": [0.25, 1]})
    planned = plan_of(benchmarks=given).benchmarks[0]
    assert planned.parameters == {"shots": 0}
    assert planned.primary_score is not None
    assert planned.primary_score.range == [0.25, 1]


def test_a_direction_is_inherited_from_the_metric() -> None:
    planned = plan_of(benchmarks=[{"id": "latency", "provider": "harness", "weight": 0}]).benchmarks[0]
    assert planned.primary_score is not None
    assert planned.primary_score.lower_is_better is True


def test_an_override_changes_what_it_names_and_keeps_the_rest() -> None:
    use = {"id": "suite", "overrides": [{"id": "mmlu", "provider": "harness", "parameters": {"shots": 3}, "weight": 5}]}
    plan = plan_of(benchmarks=None, collection=use)
    assert plan.benchmarks[0].parameters == {"shots": 3, "mode": "a"}
    assert plan.benchmarks[0].weight == 5
    assert plan.pass_criteria is not None
    assert plan.pass_criteria.threshold == 0.6


def test_the_jobs_own_criteria_win_over_the_collections() -> None:
    plan = plan_of(benchmarks=None, collection={"id": "suite"}, passCriteria={"threshold": 0.9})
    assert plan.pass_criteria is not None
    assert plan.pass_criteria.threshold == 0.9


@pytest.mark.parametrize(
    ("spec", "reason", "says"),
    [
        ({"benchmarks": [{"id": "mmlu", "provider": "nobody"}]}, "ProviderNotFound", "'nobody'"),
        ({"benchmarks": [{"id": "mmul", "provider": "harness"}]}, "BenchmarkNotFound", "mmlu"),
        ({"benchmarks": None, "collection": {"id": "none"}}, "CollectionNotFound", "'none'"),
        (
            {
                "benchmarks": None,
                "collection": {"id": "suite", "overrides": [{"id": "arc", "provider": "harness", "weight": 1}]},
            },
            "OverrideNotInCollection",
            "harness/mmlu",
        ),
        ({"benchmarks": one(parameters={"shots": -1})}, "InvalidParameters", "parameters.shots: -1"),
        ({"benchmarks": one(parameters={"shot": 1})}, "InvalidParameters", "'shot' was unexpected"),
        ({"benchmarks": [{"id": "vague", "provider": "harness"}]}, "NoPrimaryScore", "primaryScore.metric"),
        (
            {"benchmarks": [*one(), {"id": "latency", "provider": "harness"}]},
            "RangeRequired",
            "primaryScore.range, or weight: 0",
        ),
        ({"benchmarks": one(), "enforceGate": True}, "NoCriteriaToEnforce", "passCriteria"),
        ({"benchmarks": one(), "pod": {"serviceAccountName": "root"}}, "ServiceAccountNotAllowed", "'root'"),
        (
            {"benchmarks": one(), "model": {"url": "http://m:1/v1", "name": "m"}, "passCriteria": None}
            | {"benchmarks": [{"id": "mmlu", "provider": "harness", "parameters": {"mode": "x" * 60_000}}]},
            "InvalidParameters",
            "mode",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_resolve_is_refused_with_the_culprits_name(spec: dict[str, Any], reason: str, says: str) -> None:
    refusal = resolve(a_job(**spec), harness_shelf())
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason
    assert says in refusal.message


@pytest.mark.parametrize(
    ("spec", "meant"),
    [
        ({"benchmarks": [{"id": "mmlu", "provider": "harnes"}]}, "did you mean 'harness'?"),
        ({"benchmarks": [{"id": "mmul", "provider": "harness"}]}, "did you mean 'mmlu'? There are mmlu, "),
        ({"benchmarks": None, "collection": {"id": "suit"}}, "did you mean 'suite'?"),
        (
            {
                "benchmarks": None,
                "collection": {"id": "suite", "overrides": [{"id": "mmul", "provider": "harness", "weight": 1}]},
            },
            "did you mean 'harness/mmlu'?",
        ),
        ({"benchmarks": one(parameters={"shot": 1})}, "did you mean 'shots'? There are shots, mode"),
    ],
    ids=["provider", "benchmark", "collection", "override", "parameter"],
)
def test_a_name_that_does_not_exist_is_answered_with_the_one_that_was_meant(spec: dict[str, Any], meant: str) -> None:
    refusal = resolve(a_job(**spec), harness_shelf())
    assert isinstance(refusal, Refusal)
    assert meant in refusal.message


@pytest.mark.parametrize(
    ("adapter", "in_a_pod", "here"),
    [
        (None, False, False),
        ({"command": ["python", "main.py"], "contract": "evalhub-v1"}, False, False),
        ({"localCommand": ["python", "main.py"]}, False, True),
        ({"image": "harness:1"}, True, True),
    ],
    ids=["no adapter", "an adapter without an image", "a program of this machine", "an image"],
)
def test_a_provider_that_is_known_but_not_installed_is_refused_in_one_sentence(
    adapter: dict[str, Any] | None, in_a_pod: bool, here: bool
) -> None:
    spec = {**HARNESS["spec"], "adapter": adapter}
    shelf = harness_shelf(spec)
    for in_pods, installed in ((True, in_a_pod), (False, here)):
        resolved = resolve(a_job(benchmarks=one()), shelf, Allowed(in_pods=in_pods))
        assert isinstance(resolved, RunPlan) is installed
        if isinstance(resolved, Refusal):
            assert resolved.reason == "AdapterNotInstalled"
            assert "Provider 'harness' is known here but not installed: set its spec.adapter." in resolved.message


def test_a_plan_that_status_cannot_hold_is_refused_with_the_remedy() -> None:
    shelf = harness_shelf({name: value for name, value in HARNESS["spec"].items() if name != "parametersSchema"})
    refusal = resolve(a_job(benchmarks=one(parameters={"prompt": "x" * 60_000})), shelf)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "PlanTooLarge"
    assert "split the job" in refusal.message


def test_an_allowed_service_account_is_taken() -> None:
    job = a_job(benchmarks=one(), pod={"serviceAccountName": "gpu"})
    assert isinstance(resolve(job, harness_shelf(), Allowed(frozenset({"gpu"}))), RunPlan)


def test_the_digest_tells_what_is_measured_and_not_where_or_how_it_is_judged() -> None:
    plain = plan_of(benchmarks=one()).digest
    assert (
        plain == plan_of(benchmarks=one(weight=3, passCriteria={"threshold": 0.5}), pod={"labels": {"a": "b"}}).digest
    )
    assert plain != plan_of(benchmarks=one(parameters={"shots": 1})).digest
    assert plain != plan_of(benchmarks=one(numExamples=10)).digest
