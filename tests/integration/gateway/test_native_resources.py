"""The custom resources over HTTP: with the caller's own rights, and a sentence for whatever is wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.cli.backends import until
from tests.integration.gateway.kubeconfigs import kubeconfig_for
from tests.integration.gateway.people_house import GATEWAY, JOB, READER, WRITER, rules
from tests.integration.gateway.process import Process, gateway_process
from tests.testbed.cluster import Cluster

JOBS = "/api/v1/evaluationjobs"


@dataclass(frozen=True)
class Door:
    """A gateway, and who knocks."""

    process: Process
    cluster: Cluster
    namespace: str
    writer: str
    reader: str

    async def call(self, method: str, path: str, token: str | None = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.writer}", **more.pop("headers", {})}
        return await self.process.client.request(method, path, headers=headers, **more)


@pytest.fixture
async def door(cluster: Cluster, namespace: str, tmp_path: Path) -> AsyncIterator[Door]:
    own = cluster.service_account(namespace, GATEWAY, rules("gateway"))
    writer = cluster.service_account(namespace, "writer", WRITER)
    reader = cluster.service_account(namespace, "reader", READER)
    file = kubeconfig_for(cluster, tmp_path / "gateway.kubeconfig", own, namespace)
    async with gateway_process(file, [namespace]) as process:
        yield Door(process, cluster, namespace, writer, reader)


def spec(**changes: Any) -> dict[str, Any]:
    return {**JOB, "spec": {**JOB["spec"], **changes}}


def names(listed: httpx.Response) -> list[str]:
    assert listed.status_code == 200, listed.text
    return [item["metadata"]["name"] for item in listed.json()["items"]]


async def test_a_life_over_http(door: Door) -> None:
    created = await door.call("POST", JOBS, json=JOB)
    assert (created.status_code, created.json()["metadata"]["namespace"]) == (201, door.namespace)
    owner = created.json()["metadata"]["annotations"]["referee.dev/owner"]
    assert owner == f"system:serviceaccount:{door.namespace}:writer"
    assert names(await door.call("GET", JOBS, door.reader)) == ["capitals"]

    patched = await door.call("PATCH", f"{JOBS}/capitals", json={"spec": {"cancel": True}})
    assert (patched.status_code, patched.json()["spec"]["cancel"]) == (200, True)
    assert (await door.call("GET", f"{JOBS}/capitals")).json() == patched.json()

    assert (await door.call("DELETE", f"{JOBS}/capitals")).status_code == 204
    assert (await door.call("GET", f"{JOBS}/capitals")).status_code == 404
    assert names(await door.call("GET", JOBS)) == []


async def test_what_kubectl_makes_is_seen_and_the_other_way_round(door: Door) -> None:
    door.cluster.kubectl("-n", door.namespace, "apply", "-f", "-", stdin=json.dumps(JOB))
    await until(lambda: door.call("GET", f"{JOBS}/capitals"), lambda answer: answer.status_code == 200)
    await door.call("POST", JOBS, json={**JOB, "metadata": {"name": "other"}})
    seen = json.loads(door.cluster.kubectl("-n", door.namespace, "get", "evaluationjobs", "-o", "json"))
    assert sorted(item["metadata"]["name"] for item in seen["items"]) == ["capitals", "other"]


WRONG_BODIES: list[tuple[Any, str]] = [
    (b"{", "the body is no JSON"),
    (b"[]", "the body must be one object"),
    (b'{"spec":' + b"[" * 500 + b"]" * 500 + b"}", "the body is nested more than 64 deep"),
    (b'{"spec": NaN}', "NaN is not a number that JSON knows"),
    ({**JOB, "kind": "Job"}, "kind: 'Job' is none of ours"),
    ({**JOB, "apiVersion": "v1"}, "apiVersion: 'v1' is not ours"),
    ({**JOB, "metadata": {}}, "metadata.name: is required but missing"),
    ({**JOB, "metadata": []}, "metadata: must be an object"),
    ({**JOB, "metadata": {"name": "x", "namespace": "elsewhere"}}, "metadata.namespace: 'elsewhere' is not "),
    ({**JOB, "status": {"phase": "Completed"}}, "status: is written by the operator alone"),
    (
        spec(pasCriteria={"threshold": 1}),
        "EvaluationJob capitals: spec.pasCriteria: there is no such field; did you mean passCriteria?",
    ),
    (
        {"apiVersion": JOB["apiVersion"], "kind": "Provider", "metadata": {"name": "p"}, "spec": {}},
        "kind: Provider is not made here",
    ),
]


async def test_what_is_wrong_is_refused_and_nothing_made(door: Door) -> None:
    for body, said in WRONG_BODIES:
        content = body if isinstance(body, bytes) else json.dumps(body)
        refused = await door.call("POST", JOBS, content=content)
        assert (refused.status_code, said in refused.json()["message"]) == (400, True), refused.text
    assert names(await door.call("GET", JOBS)) == []


WRONG_PATCHES: list[tuple[Any, int, str]] = [
    ({"spec": {"cancl": True}}, 400, "did you mean cancel?"),
    ({"spec": {"cancel": "yes"}}, 400, "spec.cancel: must be true or false"),
    ({"spec": []}, 400, "spec: must be an object"),
    ({"status": {"phase": "Completed"}}, 400, "status: is written by the operator alone"),
    ({"data": {}}, 400, "data: cannot be patched; there are metadata and spec"),
    ({"kind": "Job"}, 400, "kind: 'Job' is not EvaluationJob"),
    ({"metadata": {"name": "x"}}, 400, "metadata.name: 'x' is another one"),
    ({"spec": {"group": "g"}}, 400, "spec.group cannot change after creation"),
    ({"metadata": {"resourceVersion": "1"}}, 409, "read it again"),
]


async def test_a_patch_is_judged_before_it_is_applied(door: Door) -> None:
    await door.call("POST", JOBS, json=JOB)
    for patch, status, said in WRONG_PATCHES:
        refused = await door.call("PATCH", f"{JOBS}/capitals", json=patch)
        assert (refused.status_code, said in refused.json()["message"]) == (status, True), refused.text


async def test_who_may_not_is_refused_and_what_is_anothers_does_not_exist(door: Door) -> None:
    await door.call("POST", JOBS, json=JOB)
    stranger = door.cluster.service_account(door.namespace, "stranger")
    with door.cluster.namespace() as elsewhere:
        guest = door.cluster.service_account(elsewhere, "guest", READER)
        answers = {
            "nobody": await door.call("GET", JOBS, "nonsense"),
            "a stranger lists": await door.call("GET", JOBS, stranger),
            "a stranger reads": await door.call("GET", f"{JOBS}/capitals", stranger),
            "a stranger reads nothing": await door.call("GET", f"{JOBS}/nothing", stranger),
            "a reader writes": await door.call("POST", JOBS, door.reader, json={**JOB, "metadata": {"name": "x"}}),
            "a reader edits": await door.call(
                "PATCH", f"{JOBS}/capitals", door.reader, json={"spec": {"cancel": True}}
            ),
            "a reader deletes": await door.call("DELETE", f"{JOBS}/capitals", door.reader),
            "from elsewhere": await door.call("GET", f"{JOBS}/capitals", guest, headers={"X-Tenant": door.namespace}),
        }
    assert {who: answer.status_code for who, answer in answers.items()} == {
        "nobody": 401,
        "a stranger lists": 403,
        "a stranger reads": 404,
        "a stranger reads nothing": 404,
        "a reader writes": 403,
        "a reader edits": 403,
        "a reader deletes": 403,
        "from elsewhere": 404,
    }
    same = [answers[who].json()["message"] for who in ("a stranger reads", "a stranger reads nothing")]
    assert same[0].replace("capitals", "nothing") == same[1]


async def test_a_body_that_is_too_large_is_refused(door: Door) -> None:
    refused = await door.call("POST", JOBS, json=spec(description="x" * 2_000_000))
    assert (refused.status_code, refused.json()["message_code"]) == (413, "request_body_too_large")


async def test_lists_are_filtered_and_paged(door: Door) -> None:
    for number in range(5):
        document = spec(tags=["odd"] if number % 2 else [])
        await door.call("POST", JOBS, json={**document, "metadata": {"name": f"j{number}"}})
    everything = names(await door.call("GET", JOBS))
    assert sorted(everything) == [f"j{n}" for n in range(5)]

    paged: list[str] = []
    token: str | None = ""
    while token is not None:
        answer = await door.call("GET", JOBS, params={"limit": 2, **({"continue": token} if token else {})})
        paged += names(answer)
        token = answer.json()["metadata"].get("continue")
    assert paged == everything
    assert sorted(names(await door.call("GET", JOBS, params={"tag": "odd"}))) == ["j1", "j3"]
    for wrong in ({"limit": -1}, {"limit": "x"}, {"phase": "nope"}, {"continue": "x"}, {"labelSelector": "a=b"}):
        refused = await door.call("GET", JOBS, params=wrong)
        assert refused.status_code == 400, (wrong, refused.text)


async def test_a_watch_ends_when_the_gateway_does(door: Door) -> None:
    await door.call("POST", JOBS, json=JOB)
    headers = {"Authorization": f"Bearer {door.reader}"}
    async with door.process.client.stream("GET", JOBS, params={"watch": "true"}, headers=headers) as stream:
        assert (stream.status_code, stream.headers["content-type"]) == (200, "application/jsonl")
        lines = stream.aiter_lines()
        assert json.loads(await anext(lines))["type"] == "ADDED"
        await door.call("PATCH", f"{JOBS}/capitals", json={"spec": {"cancel": True}})
        assert json.loads(await anext(lines))["type"] == "MODIFIED"

        ending = asyncio.create_task(door.process.end())
        async with asyncio.timeout(10):
            assert [line async for line in lines] == []
            assert await ending == 0


async def test_the_catalogue_as_the_tenant_sees_it(door: Door) -> None:
    for name, id_ in (("one", None), ("two", "known_as")):
        provider = {
            "apiVersion": JOB["apiVersion"],
            "kind": "Provider",
            "metadata": {"name": name},
            "spec": {**({"id": id_} if id_ else {}), "tags": [name], "benchmarks": [{"id": "b"}]},
        }
        door.cluster.kubectl("-n", door.namespace, "apply", "-f", "-", stdin=json.dumps(provider))
    await until(lambda: door.call("GET", "/api/v1/providers", door.reader), lambda answer: len(names(answer)) == 2)
    assert names(await door.call("GET", "/api/v1/providers", params={"tag": "two"})) == ["two"]
    one = await door.call("GET", "/api/v1/providers/known_as")
    assert (one.status_code, one.json()["metadata"]["name"]) == (200, "two")
    assert (await door.call("GET", "/api/v1/providers/two")).status_code == 404
    assert names(await door.call("GET", "/api/v1/collections")) == []
