"""Requests that nobody thought of, made from our own `/openapi.json`: every answer is one that the document describes.

Half of them are as the document has them, half break it somewhere; half of those about one object are about one that
is there. What does not end by itself (a watch, a log that is followed) is asked without.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok

from referee.api.names import ADAPTER_AUDIENCE, LABEL_JOB
from tests.integration.evalhub.adapters import HANGS, adapters
from tests.integration.evalhub.catalogue_rows import DUO, TOY
from tests.integration.evalhub.files import collection, provider
from tests.integration.evalhub.place import Place, place
from tests.testbed.api_client import Json
from tests.testbed.cluster import Cluster
from tests.testbed.waiting import wait_for

EXAMPLES = 25
CHECKS = [
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
ENDLESS = ("watch", "follow")
JOB: dict[str, Any] = {
    "name": "fuzzed",
    "model": {"url": "http://model.example/v1", "name": "m"},
    "benchmarks": [{"id": "arc", "provider_id": "toy"}],
}


@schemathesis.serializer("application/jsonl")
def lines(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """As they come; else no request with samples is made."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@dataclass(frozen=True)
class Fuzzed:
    """A gateway, what it says of itself, and who asks."""

    here: Place
    schema: schemathesis.BaseSchema
    job: str


@pytest.fixture(scope="module")
def fuzzed(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    catalogue = [provider(TOY), collection(DUO)]
    with place(cluster, tmp_path_factory.mktemp("gateway"), catalogue) as here, here.http() as client:
        job = client.post("/evaluations/jobs", content=json.dumps(JOB)).raise_for_status().json()["resource"]["id"]
        document = httpx.get(f"{here.url}/openapi.json", trust_env=False, timeout=60).raise_for_status().json()
        yield Fuzzed(here, schemathesis.openapi.from_dict(document), job)


def test_every_answer_is_a_described_one(fuzzed: Fuzzed) -> None:
    wrong = dict(_faults(fuzzed, fuzzed.here.headers))

    assert not wrong, "\n\n".join(f"{label}\n{fault}" for label, fault in wrong.items())


def test_without_a_token_too(fuzzed: Fuzzed) -> None:
    wrong = dict(_faults(fuzzed, {"X-Tenant": fuzzed.here.tenant}, examples=5))

    assert not wrong, "\n\n".join(f"{label}\n{fault}" for label, fault in wrong.items())


def test_with_an_adapters_token_too(fuzzed: Fuzzed, tmp_path: Path) -> None:
    here = fuzzed.here
    with adapters(here, tmp_path), here.http() as client:
        hanging = {**JOB, "model": {**JOB["model"], "name": HANGS}}
        submitted = client.post("/evaluations/jobs", content=json.dumps(hanging)).raise_for_status()
        job = submitted.json()["resource"]["id"]
        pod = wait_for(lambda: _running(here, job), "the adapter's pod to run", 60)
        token = here.cluster.mint_token(here.tenant, "default", [ADAPTER_AUDIENCE], pod)
        only = fuzzed.schema.include(method="POST", path_regex="/(events|samples)$")
        own = replace(fuzzed, job=job, schema=only)
        wrong = dict(_faults(own, {"Authorization": f"Bearer {token}"}, examples=100))

    assert not wrong, "\n\n".join(f"{label}\n{fault}" for label, fault in wrong.items())


def _running(here: Place, job: str) -> Json | None:
    pods = here.cluster.api.get(f"/api/v1/namespaces/{here.tenant}/pods", labelSelector=f"{LABEL_JOB}={job}")["items"]
    return next((pod for pod in pods if pod["status"].get("phase") == "Running"), None)


def _faults(fuzzed: Fuzzed, headers: dict[str, str], examples: int = EXAMPLES) -> Iterator[tuple[str, str]]:
    """By operation, the first thing that is wrong."""
    for result in fuzzed.schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        try:
            _fuzz(fuzzed, operation, headers, examples)
        except (Exception, BaseExceptionGroup) as fault:  # noqa: BLE001 - whatever a check raises, or a group of it
            yield operation.label, f"{type(fault).__name__}: {fault}"


def _fuzz(fuzzed: Fuzzed, operation: Any, headers: dict[str, str], examples: int) -> None:
    good, bad = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE

    @seed(4)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def answers_as_described(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=data.draw(st.sampled_from([good, bad]))))
        if data.draw(st.booleans()):
            _about_what_is_there(case, fuzzed)
        if isinstance(case.query, dict):
            case.query = {name: value for name, value in case.query.items() if name not in ENDLESS}
        response = case.call(base_url=fuzzed.here.url, headers=headers, timeout=30)
        case.validate_response(response, checks=CHECKS)

    answers_as_described()


def _about_what_is_there(case: Any, fuzzed: Fuzzed) -> None:
    for name in ("Authorization", "X-Tenant"):
        (case.headers or {}).pop(name, None)
    existing = {"providers": "toy", "collections": "duo"}
    for name in case.path_parameters or {}:
        if name in ("id", "job", "name"):
            kind = next((plural for plural in existing if plural in case.path), "")
            case.path_parameters[name] = existing.get(kind, fuzzed.job)
        elif name == "index":
            case.path_parameters[name] = 0
    body = case.body if isinstance(case.body, dict) else {}
    event = body.get("benchmark_status_event")
    if isinstance(event, dict):
        event.update({"provider_id": "toy", "id": "arc", "benchmark_index": 0})
        if event.get("status") in ("completed", "failed"):
            event["status"] = "running"  # after an end there is nobody left to post
