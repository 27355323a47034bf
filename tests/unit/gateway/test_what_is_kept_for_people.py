"""Jobs, providers and collections as the gateway keeps them: whole, in order, a tenant's own before the catalogue's."""

from typing import Any
from unittest.mock import MagicMock

import pytest

from referee.gateway.objects import Objects
from referee.gateway.watched import Watched

Json = dict[str, Any]


@pytest.fixture
def watched() -> Watched:
    return Watched(MagicMock(), ["team"], "catalogue")


@pytest.fixture
def objects(watched: Watched) -> Objects:
    return Objects(watched)


def obj(kind: str, name: str, namespace: str = "team", created: int = 0, version: int = 1, **spec: Any) -> Json:
    meta = {
        "name": name,
        "namespace": namespace,
        "uid": f"{namespace}/{name}",
        "resourceVersion": str(version),
        "creationTimestamp": f"2026-01-01T00:00:{created:02}Z",
        "managedFields": [{"manager": "kubectl"}],
    }
    return {"apiVersion": "referee.dev/v1alpha1", "kind": kind, "metadata": meta, "spec": spec}


def test_an_object_comes_back_whole_but_for_who_manages_its_fields(objects: Objects) -> None:
    job = obj("EvaluationJob", "j", model={"url": "http://m", "name": "é"})
    objects.remember(job)

    entry = objects.job("team", "j")

    assert entry is not None
    assert entry.object() == {**job, "metadata": {k: v for k, v in job["metadata"].items() if k != "managedFields"}}
    assert (entry.uid, entry.resource_version, entry.created) == ("team/j", "1", "2026-01-01T00:00:00Z")


def test_the_tenants_own_counts_before_the_catalogues(objects: Objects) -> None:
    objects.remember(obj("Provider", "shared", "catalogue", title="theirs"))
    objects.remember(obj("Provider", "other", "catalogue", id="only-shared"))
    assert [(e.id, e.system) for e in objects.providers("team")] == [("shared", True), ("only-shared", True)]

    objects.remember(obj("Provider", "own", "team", id="shared", title="ours"))

    found = objects.provider("team", "shared")
    assert found is not None
    assert (found.model.spec.title, found.system, found.namespace) == ("ours", False, "team")
    assert [(e.id, e.system) for e in objects.providers("team")] == [("shared", False), ("only-shared", True)]


def test_of_two_with_one_id_the_older_counts(objects: Objects) -> None:
    objects.remember(obj("Provider", "younger", id="p", created=9))
    objects.remember(obj("Provider", "older", id="p", created=1))

    assert [entry.name for entry in objects.providers("team")] == ["older"]


def test_what_does_not_match_this_versions_schema_is_not_shown(objects: Objects) -> None:
    objects.remember(obj("Collection", "broken", benchmarks="none"))

    assert objects.collections("team") == []
    assert objects.collection("team", "broken") is None


def test_only_what_a_watch_takes_away_again_is_remembered(objects: Objects) -> None:
    objects.remember(obj("EvaluationJob", "j", "elsewhere"))
    objects.remember(obj("Provider", "p", "elsewhere"))

    assert objects.job("elsewhere", "j") is None
    assert objects.provider("elsewhere", "p") is None


def test_what_was_deleted_is_forgotten_for_good(objects: Objects) -> None:
    job = obj("EvaluationJob", "j")
    objects.remember(job)
    before = objects.generation("team")
    objects.forget(job)
    objects.remember(job)

    assert objects.job("team", "j") is None
    assert len(objects.jobs("team")) == 0
    assert objects.generation("team") != before


def test_an_older_answer_changes_nothing(objects: Objects) -> None:
    objects.remember(obj("EvaluationJob", "j", version=5, displayName="new"))
    before = objects.generation("team")
    objects.remember(obj("EvaluationJob", "j", version=4, displayName="old"))

    entry = objects.job("team", "j")
    assert entry is not None
    assert entry.display_name == "new"
    assert objects.generation("team") == before


def test_a_request_is_found_by_its_identity(objects: Objects) -> None:
    job = obj("EvaluationJob", "j")
    job["metadata"]["annotations"] = {"referee.dev/request": "who.body.process"}
    objects.remember(job)

    assert [entry.name for entry in objects.requested("team", "who")] == ["j"]
    assert objects.requested("team", "nobody") == objects.requested("other", "who") == []
