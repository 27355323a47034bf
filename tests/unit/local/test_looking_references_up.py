"""References: the job's own namespace, then whatever else is given, then what is installed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from referee.api.runplan import RunPlan
from referee.core.resolve import Allowed, resolve
from referee.local.bundle import Bundle
from referee.local.catalogue import LocalCatalogue, built_in_providers
from tests.unit.core.shelf import an_evaluation
from tests.unit.local.world import Document, a_dataset, a_job, a_provider, an_evaluator, bundle


def _in(namespace: str, title: str) -> Document:
    provider = a_provider()
    provider["metadata"]["namespace"] = namespace
    provider["spec"]["title"] = title
    return provider


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An adapter package beside Referee, which must not be imported."""
    package = tmp_path / "site" / "referee_beside"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    provider = a_provider()
    provider["metadata"]["name"] = "beside"
    (package / "provider.yaml").write_text(yaml.safe_dump(provider))
    (tmp_path / "site" / "referee_without_provider").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    built_in_providers.cache_clear()
    yield
    built_in_providers.cache_clear()


def test_the_jobs_own_namespace_comes_first(tmp_path: Path) -> None:
    given = bundle(tmp_path, _in("a", "of a"), _in("b", "of b"))
    for namespace, title in (("a", "of a"), ("b", "of b"), ("c", "of a")):
        provider = LocalCatalogue(given, namespace).provider("stand-in")
        assert provider is not None
        assert provider.spec.title == title


@pytest.mark.usefixtures("installed")
def test_what_is_installed_is_found_by_its_file_and_comes_last(tmp_path: Path) -> None:
    own = a_provider()
    own["metadata"]["name"] = "mine"
    catalogue = LocalCatalogue(bundle(tmp_path, own), "default")

    assert catalogue.provider("beside") is not None
    assert {"beside", "mine"} <= set(catalogue.provider_ids())
    assert catalogue.provider("nobody") is None


def test_evaluators_and_datasets_are_found_by_their_ids(tmp_path: Path) -> None:
    given = bundle(tmp_path, an_evaluator("exact", id="exact match"), a_dataset("capitals", [{"input": "x"}]))
    catalogue = LocalCatalogue(given, "default")

    assert catalogue.evaluator("exact match") is not None
    assert catalogue.evaluator("exact") is None
    assert catalogue.dataset("capitals") is not None
    assert (catalogue.evaluator_ids(), catalogue.dataset_ids()) == (["exact match"], ["capitals"])


def test_runs_are_found_by_their_records_the_newest_first(tmp_path: Path) -> None:
    def record(directory: str, uid: str, name: str = "capitals", namespace: str = "default") -> None:
        job = a_job([["complete", 1]], name=name)
        job["metadata"] |= {"uid": uid, "namespace": namespace}
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "evaluationjob.yaml").write_text(yaml.safe_dump(job))

    record("capitals", "3")
    record("capitals@20260101T000000Z", "1")
    record("capitals@20260102T000000Z", "2")
    record("rivers", "4", name="rivers")
    record("seas", "5", name="seas", namespace="other")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "evaluationjob.yaml").write_text("{")
    (tmp_path / "empty").mkdir()
    catalogue = LocalCatalogue(bundle(tmp_path), "default", tmp_path)

    assert [run.metadata.uid for run in catalogue.evaluation_jobs()] == ["3", "2", "1", "4"]
    newest = catalogue.evaluation_job("capitals")
    assert newest is not None
    assert newest.metadata.uid == "3"
    assert catalogue.evaluation_job("seas") is None
    assert list(LocalCatalogue(bundle(tmp_path), "default", tmp_path / "nowhere").evaluation_jobs()) == []


def test_runs_that_passed_come_the_last_to_end_first(tmp_path: Path) -> None:
    def record(name: str, hour: int, result: str = "Pass", group: str = "default") -> None:
        job = a_job([["complete", 1]], name=name)
        job["metadata"]["namespace"] = "default"
        job["spec"]["group"] = group
        verdict = {"result": result, "reason": "AllGatesPassed"}
        job["status"] = {
            "phase": "Completed",
            "completionTime": f"2026-01-01T{hour:02}:00:00Z",
            "verdict": verdict,
        }
        (tmp_path / name).mkdir()
        (tmp_path / name / "evaluationjob.yaml").write_text(yaml.safe_dump(job))

    record("early", 1)
    record("late", 3)
    record("middle", 2)
    record("failed", 4, result="Fail")
    record("elsewhere", 5, group="nightly")
    catalogue = LocalCatalogue(bundle(tmp_path), "default", tmp_path)

    assert [run.metadata.name for run in catalogue.passed_jobs("default")] == ["late", "middle", "early"]


@pytest.mark.parametrize("allowed", [True, False], ids=["with --allow-code", "without it"])
def test_code_runs_here_by_the_word_of_who_runs_the_command_alone(allowed: bool) -> None:
    code = {"name": "c", "type": "Code", "code": {"source": "def f(log):\n    return 1\n"}}

    catalogue = LocalCatalogue(Bundle(), "team-a")

    resolved = resolve(an_evaluation(evaluators=[code]), catalogue, Allowed(code=allowed, in_pods=False))

    assert isinstance(resolved, RunPlan) is allowed
