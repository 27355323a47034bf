"""job.json for an adapter of the published SDK, beside the file that the published server writes for the same job.

The server runs here, on loopback, and starts nothing: its provider's command is `true`. What may differ is listed.
"""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from referee.core.jobspec import Host, Turn, job_spec
from tests.testbed.waiting import wait_for
from tests.unit.core.others import plan_of_others
from tests.unit.core.world import a_job

DIRECTORY = Path("/tmp/evalhub-jobs")  # noqa: S108 - that server's own choice
ADDED = ["referee"]
"""Ours for adapters that want to know more: the job's confidence, retries, metrics; the SDK ignores it."""

MODEL = {"url": "http://model:8000/v1", "name": "m"}
JOBS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "plain": ({}, {}, {}),
    "parameters": ({"parameters": {"few": 3, "deep": {"a": [1]}}}, {}, {"parameters": {"few": 3, "deep": {"a": [1]}}}),
    "a number of samples": (
        {"parameters": {"num_examples": 7.9, "x": 1}},
        {},
        {"numExamples": 7, "parameters": {"x": 1}},
    ),
    "a number that is none": (
        {"parameters": {"num_examples": "many"}},
        {},
        {"parameters": {"num_examples": "many"}},
    ),
    "lower is better": (
        {"primary_score": {"metric": "err", "lower_is_better": True}},
        {},
        {"primaryScore": {"metric": "err", "lowerIsBetter": True}},
    ),
    "a registry": (
        {},
        {"exports": {"oci": {"coordinates": {"oci_host": "r.example", "oci_repository": "a/b", "oci_tag": "t"}}}},
        {},
    ),
    "annotations of what is pushed": (
        {},
        {
            "exports": {
                "oci": {"coordinates": {"oci_host": "r.example", "oci_repository": "a/b", "annotations": {"k": "v"}}}
            }
        },
        {},
    ),
    "credentials of the model": ({}, {"model": {**MODEL, "auth": {"secret_ref": "file:///key"}}}, {}),
}
EXPORTS: dict[str, Any] = {
    "a registry": {"oci": {"host": "r.example", "repository": "a/b", "tag": "t"}},
    "annotations of what is pushed": {"oci": {"host": "r.example", "repository": "a/b", "annotations": {"k": "v"}}},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a published server."""
    config, temporary = tmp_path_factory.mktemp("config"), tmp_path_factory.mktemp("server")
    (config / "providers").mkdir()
    (config / "collections").mkdir()
    port, metrics = _free_port(), _free_port()
    settings = {
        "service": {
            "port": port,
            "host": "127.0.0.1",
            "ready_file": str(temporary / "ready"),
            "termination_file": str(temporary / "end"),
        },
        "database": {"driver": "sqlite", "url": "file::jobspec:?mode=memory&cache=shared"},
        "metrics": {"host": "127.0.0.1", "port": metrics},
        "prometheus": {"enabled": True, "host": "127.0.0.1", "port": metrics},
    }
    (config / "config.yaml").write_text(yaml.safe_dump(settings))
    benchmark = {"id": "b0", "name": "b0", "category": "c", "metrics": ["acc"], "primary_score": {"metric": "acc"}}
    provider = {
        "id": "p",
        "name": "p",
        "title": "p",
        "runtime": {"local": {"command": "true"}},
        "benchmarks": [benchmark],
    }
    (config / "providers" / "p.yaml").write_text(yaml.safe_dump(provider))
    program = Path(sys.executable).with_name("eval-hub-server")
    with (temporary / "log").open("wb") as log:
        process = subprocess.Popen([program, "-local", "-configdir", config], stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}/api/v1"
            wait_for(lambda: _answers(f"{address}/health"), "the published server to answer", 20)
            yield address
        finally:
            process.terminate()
            process.wait(10)


@pytest.mark.parametrize("name", JOBS)
def test_it_is_the_servers_key_by_key(server: str, name: str) -> None:
    address = server
    benchmark, rest, ours = JOBS[name]
    request = {
        "name": "job",
        "model": MODEL,
        "benchmarks": [{"id": "b0", "provider_id": "p", **benchmark}],
        **rest,
    }
    answer = httpx.post(f"{address}/evaluations/jobs", json=request)
    assert answer.status_code == 202, answer.text
    id_ = answer.json()["resource"]["id"]
    theirs = json.loads(wait_for(lambda: _text(DIRECTORY / id_ / "0/p/b0/meta/job.json"), "its job.json", 10))
    shutil.rmtree(DIRECTORY / id_)

    plan = plan_of_others(**ours)
    model = dict(rest.get("model") or MODEL)
    auth = model.pop("auth", None)
    job = a_job(model=model, exports=EXPORTS.get(name, {}))
    host = Host(theirs["callback_url"], auth["secret_ref"] if auth else None)
    made = job_spec(job, plan, plan.benchmarks[0], Turn(1), host) | {"id": id_}

    assert [key for key in made if key not in ADDED] == list(theirs)
    assert {key: value for key, value in made.items() if key not in ADDED} == theirs


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).is_success
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
