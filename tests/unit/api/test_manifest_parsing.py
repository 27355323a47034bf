"""A manifest without a cluster: what it becomes, and the sentences that say what is wrong with it."""

import copy
import datetime as dt
import operator
from typing import Any

import pytest
from pydantic.alias_generators import to_snake

from referee.api.collection import Collection
from referee.api.evaluationjob import EvaluationJob
from referee.api.manifest import ManifestError, parse
from referee.api.provider import Provider
from tests.integration.crd.pairs import ABSENT, with_value

JOB: dict[str, Any] = {
    "apiVersion": "referee.dev/v1alpha1",
    "kind": "EvaluationJob",
    "metadata": {"name": "capitals"},
    "spec": {
        "model": {"url": "http://models.example/v1", "name": "m"},
        "benchmarks": [{"id": "arc", "provider": "harness"}],
    },
}


def _problems(document: dict[str, Any]) -> list[str]:
    with pytest.raises(ManifestError) as refusal:
        parse(document)
    return refusal.value.problems


@pytest.mark.parametrize(
    ("document", "model"),
    [
        (JOB, EvaluationJob),
        (
            {**JOB, "kind": "Provider", "spec": {"adapter": {"image": "a"}, "benchmarks": [{"id": "arc"}]}},
            Provider,
        ),
        ({**JOB, "kind": "Collection", "spec": {"benchmarks": JOB["spec"]["benchmarks"]}}, Collection),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_kind_becomes_its_model(document: dict[str, Any], model: type) -> None:
    assert isinstance(parse(document), model)


def test_the_document_itself_is_left_as_it_was() -> None:
    document = with_value(JOB, "status", {"phase": "Completed"})
    before = copy.deepcopy(document)

    parse(document)

    assert document == before


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (
            "spec.benchmarks[0].weight",
            -1,
            "EvaluationJob capitals: spec.benchmarks[0].weight: must be at least 0, is -1; raise it",
        ),
        ("spec.confidence", 1, "EvaluationJob capitals: spec.confidence: must be less than 1, is 1; lower it"),
        (
            "spec.suspend",
            "true",
            "EvaluationJob capitals: spec.suspend: must be true or false, is 'true'; write it without quotes",
        ),
        (
            "spec.backoffLimit",
            1.5,
            "EvaluationJob capitals: spec.backoffLimit: must be a whole number, is 1.5; write one, without quotes",
        ),
        ("spec.rerun.token", 7, "EvaluationJob capitals: spec.rerun.token: must be text, is 7; put it in quotes"),
        (
            "spec.model.api",
            "chat",
            (
                "EvaluationJob capitals: spec.model.api: must be 'Chat', 'Completions' or 'HTTP', is 'chat';"
                " choose one of these"
            ),
        ),
        ("spec.model.name", ABSENT, "EvaluationJob capitals: spec.model.name: is required but missing; add it"),
        (
            "spec.benchmarks",
            {},
            "EvaluationJob capitals: spec.benchmarks: must be a list, is {}; start each entry with '- '",
        ),
        (
            "spec.passCriteria",
            0.5,
            "EvaluationJob capitals: spec.passCriteria: must be an object, is 0.5; write it as 'field: value' lines",
        ),
        (
            "spec.collection",
            {"id": "c"},
            (
                "EvaluationJob capitals: spec: exactly one of benchmarks, collection, evaluation must be set:"
                " list benchmarks here, name a collection, or describe an evaluation"
            ),
        ),
        (
            "spec.benchmarks[0].primaryScore",
            {"metric": "acc", "range": [1, 0]},
            (
                "EvaluationJob capitals: spec.benchmarks[0].primaryScore.range:"
                " range must be [low, high] with low < high: swap the two, or leave it out"
            ),
        ),
        (
            "spec.pod.resources.limits.memory",
            "4GB",
            (
                "EvaluationJob capitals: spec.pod.resources.limits.memory:"
                " must be a quantity such as 2, '500m' or '4Gi', is '4GB'"
            ),
        ),
        (
            "spec.pod.env",
            [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}],
            "EvaluationJob capitals: spec.pod.env: two entries have name 'A': leave one of them out",
        ),
        (
            "spec.rerun.token",
            dt.date(2026, 11, 22),
            "EvaluationJob capitals: spec.rerun.token: '2026-11-22' was read as a date; put it in quotes",
        ),
        (
            "spec.confidence",
            float("nan"),
            "EvaluationJob capitals: spec.confidence: nan is not a number that JSON knows; give a finite one",
        ),
        (
            "metadata.name",
            "Capitals",
            (
                "EvaluationJob Capitals: metadata.name: must match ^[a-z0-9]([-a-z0-9]*[a-z0-9])?"
                "(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$, is 'Capitals'; rewrite it so"
            ),
        ),
        (
            "metadata.name",
            ABSENT,
            "EvaluationJob (without a name): metadata.name: is required but missing; add it",
        ),
    ],
)
def test_a_problem_is_one_sentence_with_object_field_fault_and_remedy(field: str, value: object, sentence: str) -> None:
    assert _problems(with_value(JOB, field, value)) == [sentence]


@pytest.mark.parametrize(
    ("field", "advice"),
    [
        ("spec.supend", "did you mean suspend?"),
        ("spec.display_name", "did you mean displayName?"),
        ("spec.model.URL", "did you mean url?"),
        ("spec.benchmarks[0].num-examples", "did you mean numExamples?"),
        ("spec.maxErrorRate", "it belongs to spec.execution"),
        (
            "spec.threshold",
            "it belongs to spec.benchmarks[].passCriteria or spec.collection.overrides[].passCriteria or",
        ),
        ("spec.model.auth.password", "there are secretRef"),
        ("spec.model.zzz", "there are url, name, api, auth, headers, timeoutSeconds, parameters"),
        ("metadata.nam", "did you mean name?"),
        ("sepc", "did you mean spec?"),
    ],
)
def test_an_unknown_field_comes_with_the_nearest_that_exists(field: str, advice: str) -> None:
    problem = _problems(with_value(JOB, field, 1))[0]

    assert problem.startswith(f"EvaluationJob capitals: {field}: there is no such field")
    assert advice in problem


def test_all_problems_are_told_at_once() -> None:
    broken = with_value(with_value(JOB, "spec.supend", 1), "spec.confidence", 2)

    assert len(_problems(with_value(broken, "spec.model.url", ABSENT))) == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [("apiVersion", "referee.dev/v1"), ("apiVersion", ABSENT), ("kind", "Job"), ("kind", ABSENT), ("kind", ["Job"])],
)
def test_what_is_none_of_ours_is_named_with_what_is(field: str, value: object) -> None:
    (problem,) = _problems(with_value(JOB, field, value))

    assert "Referee reads EvaluationJob, Provider, Collection, Evaluator, Dataset of referee.dev/v1alpha1" in problem


@pytest.mark.parametrize(
    ("field", "value", "seen"),
    [
        ("spec.collection", None, None),
        ("spec.suspend", None, False),
        ("spec.backoffLimit", 2.0, 2),
        ("spec.model.parameters", {"seed": None, "n": 1.0, "deep": {"kept": None}}, {"n": 1, "deep": {"kept": None}}),
    ],
    ids=["null is absent", "null is the default", "a whole number is an integer", "null deep inside stays"],
)
def test_values_are_read_as_the_api_server_reads_them(field: str, value: object, seen: object) -> None:
    parsed = parse(with_value(JOB, field, value))

    assert operator.attrgetter(to_snake(field))(parsed) == seen


def test_a_status_in_the_manifest_is_dropped_as_at_create() -> None:
    parsed = parse(with_value(JOB, "status.phase", "Completed"))

    assert parsed.status.observed_generation == -1


def test_metadata_that_we_do_not_read_is_no_mistake() -> None:
    document = with_value(JOB, "metadata.finalizers", ["a"])

    assert parse(with_value(document, "metadata.labels", {"app.kubernetes.io/name": "x"})).metadata.name == "capitals"
