"""Weights and ranges that a request cannot say, added so that the operator takes what EvalHub takes."""

from typing import Any

from referee.api.collection import Collection
from referee.api.evaluationjob import EvaluationJob
from referee.api.provider import Provider
from referee.core.refusal import Refusal
from referee.core.resolve import resolve
from referee.gateway.evalhub.checks import TenantCatalogue
from referee.gateway.evalhub.wire.config import configuration
from referee.gateway.evalhub.wire.scales import completed

Json = dict[str, Any]

PROVIDER = Provider.model_validate(
    {
        "metadata": {"name": "p"},
        "spec": {
            "adapter": {"image": "i"},
            "benchmarks": [
                {"id": "boolean", "metrics": [{"name": "acc", "type": "Boolean"}]},
                {"id": "unbounded", "primaryScore": {"metric": "ppl", "lowerIsBetter": True}},
                {"id": "unscored"},
            ],
        },
    }
)
COLLECTION = Collection.model_validate(
    {
        "metadata": {"name": "set"},
        "spec": {"benchmarks": [{"id": name, "provider": "p"} for name in ("boolean", "unbounded", "unscored")]},
    }
)


class Catalogue(TenantCatalogue):
    def __init__(self) -> None:
        """There is no tenant."""

    def provider(self, id_: str) -> Provider | None:
        return PROVIDER if id_ == "p" else None

    def collection(self, id_: str) -> Collection | None:
        return COLLECTION if id_ == "set" else None

    def provider_ids(self) -> list[str]:
        return ["p"]

    def collection_ids(self) -> list[str]:
        return ["set"]


def planned(**spec: Any) -> Json:
    """The completed spec, which the operator can plan."""
    made = completed({"displayName": "n", "model": {"url": "http://m/v1", "name": "m"}, **spec}, Catalogue())
    job = EvaluationJob.model_validate({"metadata": {"name": "j"}, "spec": made})
    assert not isinstance(resolve(job, Catalogue()), Refusal)
    return made


def of(*names: str, **more: Any) -> list[Json]:
    return [{"id": name, "provider": "p", **more} for name in names]


def test_one_benchmark_with_a_score_needs_nothing() -> None:
    assert planned(benchmarks=of("unbounded"))["benchmarks"] == of("unbounded")


def test_several_are_weighed_on_the_scale_from_0_to_1() -> None:
    boolean, unbounded = planned(benchmarks=of("boolean", "unbounded"))["benchmarks"]

    assert boolean == of("boolean")[0]
    assert unbounded["primaryScore"] == {"metric": "ppl", "lowerIsBetter": True, "range": [0, 1]}


def test_criteria_of_the_job_need_a_scale_too() -> None:
    assert planned(benchmarks=of("unbounded"), passCriteria={"threshold": 0.5})["benchmarks"][0]["primaryScore"]


def test_what_has_no_score_has_no_weight() -> None:
    assert planned(benchmarks=of("unscored"))["benchmarks"] == of("unscored", weight=0)


def test_a_collection_is_completed_by_overrides_behind_those_that_were_asked_for() -> None:
    asked = of("unscored", parameters={"a": 1})
    spec = planned(collection={"id": "set", "overrides": asked})

    assert [(o["id"], sorted(o)) for o in spec["collection"]["overrides"]] == [
        ("unscored", ["id", "parameters", "provider", "weight"]),
        ("unbounded", ["id", "primaryScore", "provider"]),
    ]


def test_what_was_added_is_not_repeated_to_who_asked() -> None:
    benchmarks = planned(benchmarks=of("boolean", "unbounded", "unscored"))
    collection = planned(collection={"id": "set", "overrides": of("boolean", weight=2)})

    assert configuration(benchmarks, "j", {})["benchmarks"] == [
        {"id": name, "provider_id": "p"} for name in ("boolean", "unbounded", "unscored")
    ]
    assert configuration(collection, "j", {})["collection"]["benchmarks"] == [
        {"id": "boolean", "provider_id": "p", "weight": 2}
    ]
    assert "custom" not in configuration(benchmarks, "j", {})
