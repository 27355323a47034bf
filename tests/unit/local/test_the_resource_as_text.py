"""A job as JSON and YAML: what every reader takes for the same, and what can be given back to the command."""

import json
from pathlib import Path

import pytest
import yaml

from referee.api.documents import as_yaml, documents
from referee.local.resource import document, dump_json, listed, to_yaml
from tests.unit.local.world import a_job, bundle

TRICKY = [
    "y",
    "No",
    "1e-3",
    "2026-11-22",
    "1:30:00",
    "007",
    "~",
    "",
    " x ",
    "a: b",
    "- a",
    "é",
    "two\nlines\n",
    "\x07",
    "'",
]


@pytest.mark.parametrize("text", TRICKY)
def test_text_stays_text_for_kubectl_and_for_pyyaml(text: str) -> None:
    dumped = as_yaml({"value": text, text: "key"})
    assert next(documents(dumped, "dumped")) == {"value": text, text: "key"}
    assert yaml.safe_load(dumped) == {"value": text, text: "key"}


def test_yaml_and_json_are_one_document(tmp_path: Path) -> None:
    (job,) = bundle(tmp_path, a_job([["complete", 1]], tags=["nightly"], confidence=0.9)).jobs
    assert yaml.safe_load(to_yaml(job)) == json.loads(dump_json(document(job)))


def test_the_head_is_as_kubectl_prints_it_and_metadata_has_no_blanks(tmp_path: Path) -> None:
    (job,) = bundle(tmp_path, a_job([["complete", 1]])).jobs
    shown = document(job)
    assert list(shown)[:4] == ["apiVersion", "kind", "metadata", "spec"]
    assert list(shown["metadata"]) == ["name", "namespace", "uid", "generation", "creationTimestamp"]


def test_several_jobs_are_a_list(tmp_path: Path) -> None:
    jobs = bundle(tmp_path, a_job([["complete", 1]]), a_job([["complete", 1]], name="other")).jobs
    assert [item["metadata"]["name"] for item in listed(jobs)["items"]] == ["capitals", "other"]
    assert listed(jobs[:1]) == document(jobs[0])
