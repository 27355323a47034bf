"""The same submit, sent to the real server and to us: the same status, the same code, the same keys.

Where we differ it is on purpose, and stands in `DIFFERENT` with the reason.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.evalhub.oracle import published_server
from tests.integration.operator.team import Team

Json = dict[str, Any]


def one(**fields: Any) -> Json:
    """A request with one benchmark that has these fields."""
    return request([{"id": "b0", "provider_id": "p", **fields}])


def request(benchmarks: Any = None, **fields: Any) -> Json:
    """A request; a field that is `LEFT OUT` is."""
    body = {
        "name": "n",
        "model": {"url": "http://m/v1", "name": "m"},
        "benchmarks": [{"id": "b0", "provider_id": "p"}] if benchmarks is None else benchmarks,
        **fields,
    }
    return {name: value for name, value in body.items() if value != "LEFT OUT"}


def of_set(**fields: Any) -> Json:
    return request(benchmarks="LEFT OUT", collection={"id": "set", **fields})


S3 = {"s3": {"bucket": "bucket", "key": "k/", "secret_ref": "s"}}
GIT = {"git": {"url": "https://example.com/r", "ref": "main", "sub_path": "d", "secret_ref": "s"}}

SAME: dict[str, Any] = {
    "plain": request(),
    "empty body": b"",
    "not JSON": b"{",
    "an array": b"[]",
    "null": b"null",
    "no name": request(name="LEFT OUT"),
    "name null": request(name=None),
    "name a number": request(name=5),
    "no model": request(model="LEFT OUT"),
    "model null": request(model=None),
    "model empty": request(model={}),
    "no benchmarks": request(benchmarks="LEFT OUT"),
    "an empty list of benchmarks": request(benchmarks=[]),
    "benchmarks and collection": request(collection={"id": "set"}),
    "benchmarks a text": request(benchmarks="b0"),
    "url without a scheme": request(model={"url": "m", "name": "m"}),
    "url with a blank": request(model={"url": "http://a b", "name": "m"}),
    "no url": request(model={"name": "m"}),
    "no url, and no such benchmark": request([{"id": "none", "provider_id": "p"}], model={"name": "m"}),
    "no url, and no such provider": request([{"id": "b0", "provider_id": "none"}], model={"name": "m"}),
    "model without a name": request(model={"url": "http://m"}),
    "model with credentials": request(model={"url": "http://m", "name": "m", "auth": {"secret_ref": "s"}}),
    "model with parameters and card": request(
        model={"url": "http://m", "name": "m", "parameters": {"t": 1}, "card_url": "http://c"}
    ),
    "auth without a secret": request(model={"url": "http://m", "name": "m", "auth": {}}),
    "tags": request(tags=["a", "b c", "é"]),
    "tags null": request(tags=None),
    "tags a text": request(tags="a"),
    "tag with a comma": request(tags=["a,b"]),
    "tag with a bar": request(tags=["a|b"]),
    "tag empty": request(tags=[""]),
    "tag too long": request(tags=["a" * 129]),
    "description": request(description="d"),
    "experiment without a name": request(experiment={}),
    "experiment without MLflow": request(experiment={"name": "e"}),
    "experiment null": request(experiment=None),
    "queue": request(queue={"name": "q"}),
    "queue of another kind": request(queue={"name": "q", "kind": "x"}),
    "queue without a name": request(queue={"kind": "kueue"}),
    "queue with a bad name": request(queue={"name": "Bad_Q"}),
    "two sources of data": one(test_data_ref={**S3, "pvc": {"claim_name": "c"}}),
    "no source of data": one(test_data_ref={}),
    "resolved_sha": one(test_data_ref={"pvc": {"claim_name": "c"}, "resolved_sha": "x"}),
    "s3": one(test_data_ref=S3),
    "s3 without a secret": one(test_data_ref={"s3": {"bucket": "b", "key": "k"}}),
    "pvc": one(test_data_ref={"pvc": {"claim_name": "c", "sub_path": "x"}}),
    "git": one(test_data_ref=GIT),
    "git over ssh": one(test_data_ref={"git": {"url": "ssh://x", "ref": "r"}}),
    "git without a ref": one(test_data_ref={"git": {"url": "https://example.com/r"}}),
    "git with a secret over http": one(test_data_ref={"git": {**GIT["git"], "url": "http://example.com/r"}}),
    "hf": one(test_data_ref={"hf": {"repo_id": "a/b", "revision": "main"}}),
    "hf without a name": one(test_data_ref={"hf": {"repo_id": ""}}),
    "no such provider": request([{"id": "b0", "provider_id": "none"}]),
    "no such benchmark": request([{"id": "none", "provider_id": "p"}]),
    "benchmark without id": request([{"provider_id": "p"}]),
    "benchmark without provider": request([{"id": "b0"}]),
    "benchmark null": request([None]),
    "one benchmark twice": request([{"id": "b0", "provider_id": "p"}] * 2),
    "weight": one(weight=2),
    "weight below 0": one(weight=-1),
    "primary score and criteria": one(primary_score={"metric": "acc"}, pass_criteria={"threshold": 0.5}),
    "primary score without a metric": one(primary_score={"lower_is_better": True}),
    "criteria null": one(pass_criteria=None),
    "criteria without a threshold": one(pass_criteria={}),
    "a threshold of 0": one(pass_criteria={"threshold": 0}),
    "parameters": one(parameters={"num_examples": 5, "x": {"y": [1]}}),
    "parameters null": one(parameters=None),
    "parameters a text": one(parameters="x"),
    "no parameters": one(parameters={}),
    "job's criteria": request(pass_criteria={"threshold": 0.7}),
    "custom": request(custom={"a": 1}),
    "an unknown field": request(zzz=1),
    "collection": of_set(),
    "collection with an override": of_set(benchmarks=[{"id": "b0", "provider_id": "p", "parameters": {"a": 1}}]),
    "override of no benchmark": of_set(benchmarks=[{"id": "none", "provider_id": "p"}]),
    "override of what the collection lacks": of_set(benchmarks=[{"id": "b5", "provider_id": "p"}]),
    "no such collection": of_set(id="none"),
    "collection without an id": of_set(id=""),
    "oci": request(exports={"oci": {"coordinates": {"oci_host": "h", "oci_repository": "r/x"}}}),
    "oci with credentials": request(
        exports={
            "oci": {
                "coordinates": {"oci_host": "h", "oci_repository": "r", "oci_tag": "t", "annotations": {"a": "b"}},
                "k8s": {"connection": "s"},
            }
        }
    ),
    "oci without coordinates": request(exports={"oci": {}}),
    "over 10 MiB": b'{"name":"' + b"x" * (10 * 1024 * 1024) + b'"}',
}

DIFFERENT: dict[str, tuple[Any, int, int]] = {
    "a name of 2000 characters: a field of ours has 256": (request(name="x" * 2000), 202, 400),
    "a model without a visible name: the SDK could not read it back": (
        request(model={"url": "http://m", "name": "  "}),
        202,
        400,
    ),
    "an address that no adapter can ask": (request(model={"url": "ftp://m", "name": "m"}), 202, 400),
    "100 benchmarks: a job of ours has 64": (request([{"id": "b0", "provider_id": "p"}] * 100), 202, 400),
    "data outside of its volume": (one(test_data_ref={"pvc": {"claim_name": "c", "sub_path": "../x"}}), 202, 400),
    "num_examples of 0: it would run all of them": (one(parameters={"num_examples": 0}), 202, 400),
}

OURS = {"referee"}
"""Keys that we add to a job."""


CATALOGUE: dict[str, list[Json]] = {
    "providers": [
        {
            "id": "p",
            "name": "p",
            "title": "P",
            "runtime": {"local": {"command": ":"}},
            "benchmarks": [
                {
                    "id": f"b{number}",
                    "name": f"b{number}",
                    "category": "general",
                    "metrics": ["acc"],
                    "primary_score": {"metric": "acc"},
                }
                for number in range(10)
            ],
        }
    ],
    "collections": [
        {
            "id": "set",
            "name": "set",
            "category": "general",
            "benchmarks": [{"id": "b0", "provider_id": "p"}, {"id": "b1", "provider_id": "p"}],
        }
    ],
}
"""The provider of every team, and a collection."""


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with published_server(tmp_path_factory.mktemp("oracle"), CATALOGUE) as url:
        yield url


async def test_every_submit_is_answered_alike(http: httpx.AsyncClient, oracle: str, team: Team) -> None:
    await a_collection(team, http)
    unlike = []
    async with httpx.AsyncClient(
        base_url=f"{oracle}/api/v1/evaluations", headers={"X-Tenant": "t", "X-User": "u"}, trust_env=False
    ) as real:
        for what, body in SAME.items():
            theirs, mine = await asyncio.gather(send(real, body), send(http, body))
            if shape(theirs) != shape(mine):
                unlike.append((what, shape(theirs), shape(mine), mine.text[:300]))
        for what, (body, status, own) in DIFFERENT.items():
            theirs, mine = await asyncio.gather(send(real, body), send(http, body))
            if (theirs.status_code, mine.status_code) != (status, own):
                unlike.append((what, theirs.status_code, mine.status_code, mine.text[:300]))

    assert unlike == []


async def a_collection(team: Team, http: httpx.AsyncClient) -> None:
    """The one that the real server has, as a resource; known to the gateway on return."""
    refs = [{"id": "b0", "provider": "p"}, {"id": "b1", "provider": "p"}]
    body = {"apiVersion": "referee.dev/v1alpha1", "kind": "Collection", "metadata": {"name": "set"}}
    await team.call("POST", team.path("collections"), {**body, "spec": {"benchmarks": refs}})
    async with asyncio.timeout(20):
        while (await http.get("/collections/set")).status_code != httpx.codes.OK:  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.02)


async def send(client: httpx.AsyncClient, body: Any) -> httpx.Response:
    if isinstance(body, bytes):
        return await client.post("/jobs", content=body)
    return await client.post("/jobs", json=body)


def shape(answer: httpx.Response) -> object:
    """What has to be the same: the status, the code, every key of the document."""
    document = answer.json()
    if answer.status_code != httpx.codes.ACCEPTED:
        return answer.status_code, document["message_code"]
    document["status"].pop("benchmarks", None)  # listed by us from the first answer on
    return answer.status_code, keys({name: value for name, value in document.items() if name not in OURS})


def keys(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: keys(value) for name, value in node.items()}
    return [keys(entry) for entry in node] if isinstance(node, list) else None
