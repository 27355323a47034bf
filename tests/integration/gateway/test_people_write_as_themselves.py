"""A person's writes are made with their own token: the API server decides, and its audit log names them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from referee.gateway.errors import Malformed, NotPermitted, Refusal, Standing, Unknown
from referee.gateway.people import Person
from referee.gateway.people.refusals import answering_the_caller
from referee.runtime.paths import EVALUATION_JOBS
from tests.integration.gateway.kubeconfigs import kubeconfig_for
from tests.integration.gateway.people_house import (
    GATEWAY,
    JOB,
    READER,
    WRITER,
    Neighbourhood,
    bearer,
    neighbourhood,
    once_written,
    written_by,
)
from tests.integration.gateway.process import gateway_process
from tests.testbed.cluster import Cluster

COUNT = "count/evaluationjobs.referee.dev"
QUOTA: dict[str, Any] = {"metadata": {"name": "few"}, "spec": {"hard": {COUNT: "0"}}}


@pytest.fixture
async def here(cluster: Cluster, namespace: str) -> AsyncIterator[Neighbourhood]:
    async with neighbourhood(cluster, namespace) as here:
        yield here


@pytest.fixture
async def writer(here: Neighbourhood) -> Person:
    return await here.people.identify(bearer(await here.account("writer", WRITER)))


async def refused(work: Any) -> Refusal:
    with pytest.raises(Refusal) as caught, answering_the_caller():
        await work
    return caught.value


async def test_the_audit_log_names_the_caller_and_never_the_gateway(here: Neighbourhood, writer: Person) -> None:
    kube = here.people.kube(writer)

    await kube.create(EVALUATION_JOBS.all(here.namespace), JOB)
    one = EVALUATION_JOBS.one(here.namespace, "capitals")
    await kube.merge_patch(one, {"metadata": {"annotations": {"a": "b"}}})
    await kube.delete(one)

    wanted = {(writer.user, verb, "evaluationjobs") for verb in ("create", "patch", "delete")}
    await once_written(here.cluster, here.namespace, wanted)
    gateway = f"system:serviceaccount:{here.namespace}:{GATEWAY}"
    assert not [write for write in await written_by(here.cluster, here.namespace) if write[0] == gateway]


async def test_whoever_may_only_read_cannot_write(here: Neighbourhood) -> None:
    reader = await here.people.identify(bearer(await here.account("reader", READER)))

    told = await refused(here.people.kube(reader).create(EVALUATION_JOBS.all(here.namespace), JOB))

    assert isinstance(told, NotPermitted)
    assert f'User "{reader.user}" cannot create resource "evaluationjobs"' in told.message


async def test_an_object_that_breaks_the_rules_is_told_by_its_field(here: Neighbourhood, writer: Person) -> None:
    wrong = {**JOB, "spec": {**JOB["spec"], "confidence": 7}}

    told = await refused(here.people.kube(writer).create(EVALUATION_JOBS.all(here.namespace), wrong))

    assert isinstance(told, Malformed)
    assert told.message.startswith("spec.confidence: ")


async def test_what_stands_already_and_what_does_not_exist(here: Neighbourhood, writer: Person) -> None:
    kube, jobs = here.people.kube(writer), EVALUATION_JOBS.all(here.namespace)
    made = await kube.create(jobs, JOB)

    twin = await refused(kube.create(jobs, JOB))
    stale = {**made, "metadata": {**made["metadata"], "resourceVersion": "1"}}
    old = await refused(kube.replace(EVALUATION_JOBS.one(here.namespace, "capitals"), stale))
    missing = await refused(kube.delete(EVALUATION_JOBS.one(here.namespace, "nowhere")))

    assert (type(twin), twin.message_code) == (Standing, "resource_already_exists")
    assert (type(old), old.message_code) == (Standing, "conflict")
    assert isinstance(missing, Unknown)


async def test_a_quota_is_a_refusal(here: Neighbourhood, writer: Person) -> None:
    quotas = f"/api/v1/namespaces/{here.namespace}/resourcequotas"
    here.cluster.api.post(quotas, QUOTA)
    # as the controller will: it looks for new kinds every half minute
    status = {"hard": QUOTA["spec"]["hard"], "used": {COUNT: "0"}}
    here.cluster.api.patch(f"{quotas}/few/status", {"status": status})

    told = await refused(here.people.kube(writer).create(EVALUATION_JOBS.all(here.namespace), JOB))

    assert isinstance(told, NotPermitted)
    assert "exceeded quota: few" in told.message


async def test_the_audit_log_names_the_caller_of_rest(here: Neighbourhood, tmp_path: Path) -> None:
    token = await here.account("writer", WRITER)
    gateway = await asyncio.to_thread(here.cluster.mint_token, here.namespace, GATEWAY)
    kubeconfig = kubeconfig_for(here.cluster, tmp_path / "gateway.kubeconfig", gateway, here.namespace)
    async with gateway_process(kubeconfig, [here.namespace]) as process:
        jobs, headers = "/api/v1/evaluationjobs", bearer(token)
        made = await process.client.post(jobs, json=JOB, headers=headers)
        change = {**headers, "content-type": "application/merge-patch+json"}
        cancelled = await process.client.patch(f"{jobs}/capitals", content='{"spec": {"cancel": true}}', headers=change)
        deleted = await process.client.delete(f"{jobs}/capitals", headers=headers)

    assert (made.status_code, cancelled.status_code, deleted.is_success) == (201, 200, True), (
        made.text,
        cancelled.text,
    )
    user = f"system:serviceaccount:{here.namespace}:writer"
    await once_written(
        here.cluster, here.namespace, {(user, verb, "evaluationjobs") for verb in ("create", "patch", "delete")}
    )
    written = await written_by(here.cluster, here.namespace)
    assert not [write for write in written if write[0] == f"system:serviceaccount:{here.namespace}:{GATEWAY}"]
