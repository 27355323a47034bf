"""Providers and collections with the published client, against a gateway on a real API server."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import yaml
from evalhub import AsyncEvalHubClient
from evalhub.models.api import BenchmarkConfig, JobSubmissionRequest, ModelConfig

from tests.integration.gateway.evalhub_people import Town
from tests.integration.gateway.people_house import READER, bearer
from tests.integration.gateway.shared_catalogue import HARNESS, SHARED, SUITE, beside_a_catalogue, do, refused
from tests.testbed.cluster import Cluster

CATALOGUE = Path(__file__).parents[3] / "operator" / "referee" / "catalogue"
PROVIDERS = "/api/v1/evaluations/providers"
COLLECTIONS = "/api/v1/evaluations/collections"


@pytest.fixture
async def here(cluster: Cluster, namespace: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with beside_a_catalogue(cluster, namespace, tmp_path) as here:
        yield here


async def test_the_life_of_a_provider(here: Town) -> None:
    client = await here.client()

    made = await do(client.providers.create, HARNESS)
    assert uuid.UUID(made.resource.id)
    assert made.resource.tenant == here.namespace
    assert made.resource.owner == f"system:serviceaccount:{here.namespace}:writer"
    id_ = made.resource.id
    assert (await do(client.providers.get, id_)).model_dump() == made.model_dump()

    titled = await do(client.providers.patch, id_, {"title": "Another"})
    assert (titled.title, titled.name, titled.benchmarks) == ("Another", made.name, made.benchmarks)
    assert (titled.runtime or {})["k8s"]["cpu_request"] == "100m"

    replaced = await do(client.providers.update, id_, {"name": "plain"})
    assert (replaced.name, replaced.title, replaced.benchmarks, replaced.agent) == ("plain", "", [], None)

    await do(client.providers.delete, id_)
    assert await refused(client.providers.get, id_) == (404, "resource_not_found")
    assert await refused(client.providers.delete, id_) == (404, "resource_not_found")


async def test_the_life_of_a_collection(here: Town) -> None:
    client = await here.client()

    made = await do(client.collections.create, SUITE)
    id_ = made.resource.id
    assert (await do(client.collections.get, id_)).model_dump() == made.model_dump()
    assert (made.custom, made.benchmarks[0].parameters) == ({"team": "red"}, {"num_examples": 5})

    patched = await do(client.collections.patch, id_, {"pass_criteria": {"threshold": 0.9}, "custom": {"team": None}})
    assert patched.pass_criteria is not None
    assert (patched.pass_criteria.threshold, patched.custom) == (0.9, {})

    replaced = await do(client.collections.update, id_, {**SUITE, "name": "Other", "tags": []})
    assert (replaced.name, replaced.tags, replaced.custom) == ("Other", [], {"team": "red"})

    await do(client.collections.delete, id_)
    assert await refused(client.collections.get, id_) == (404, "resource_not_found")


async def test_the_async_client_does_the_same(here: Town) -> None:
    async with AsyncEvalHubClient(base_url=here.address, auth_token=await here.token("writer")) as client:
        made = await client.providers.create(HARNESS)
        assert (await client.providers.patch(made.resource.id, {"title": "T"})).title == "T"
        suite = await client.collections.create(SUITE)
        assert suite.resource.id in [entry.resource.id for entry in await client.collections.list()]
        await client.providers.delete(made.resource.id)


async def test_kubectl_and_rest_see_the_same_objects_either_way_round(here: Town) -> None:
    client = await here.client()
    document = {"kind": "Provider", "metadata": {"name": "by-hand"}, "spec": {**SHARED["spec"], "id": "own"}}
    await here.apply(here.namespace, document)
    await here.until_listed("own", client)

    patched = await do(client.providers.patch, "own", {"title": "By REST"})

    one = f"/apis/referee.dev/v1alpha1/namespaces/{here.namespace}/providers"
    stands = await asyncio.to_thread(here.cluster.api.get, f"{one}/by-hand")
    assert (patched.title, stands["spec"]["title"]) == ("By REST", "By REST")
    assert stands["spec"]["parametersSchema"] == {"type": "object"}
    assert stands["spec"]["benchmarks"][0]["metrics"][0]["type"] == "Boolean"
    made = await do(client.providers.create, HARNESS)
    stands = await asyncio.to_thread(here.cluster.api.get, f"{one}/{made.resource.id}")
    assert stands["spec"]["displayName"] == "My harness"
    assert stands["spec"]["adapter"]["contract"] == "evalhub-v1"
    assert stands["spec"]["adapter"]["resources"]["requests"]["cpu"] == "100m"


async def test_the_shared_catalogue_is_there_for_everybody_and_read_only(here: Town) -> None:
    client = await here.client()

    shared = await do(client.providers.get, "shared")

    assert (shared.resource.owner, shared.resource.tenant, shared.title) == ("system", None, "Shared")
    providers, collections = client.providers, client.collections
    assert await refused(providers.update, "shared", HARNESS) == (400, "read_only_provider")
    assert await refused(providers.patch, "shared", {"title": "x"}) == (400, "read_only_provider")
    assert await refused(providers.delete, "shared") == (400, "read_only_provider")
    assert await refused(collections.update, "shared-suite", SUITE) == (400, "read_only_collection")
    assert await refused(collections.patch, "shared-suite", {"name": "x"}) == (400, "read_only_collection")
    assert await refused(collections.delete, "shared-suite") == (400, "read_only_collection")
    found = await do(client.benchmarks.list, provider_id="shared", category="math")
    assert [benchmark.id for benchmark in found] == ["mmlu"]


async def test_lists_are_complete_without_a_limit_and_can_be_walked_with_one(here: Town) -> None:
    client, headers = await here.client(), bearer(await here.token("reader", READER))
    names = {f"p{number}" for number in range(60)}
    for name in sorted(names):
        await do(client.providers.create, {"name": name, "tags": ["even" if int(name[1:]) % 2 == 0 else "odd"]})

    assert {entry.name for entry in await do(client.providers.list)} == {*names, "shared"}
    walked, following = [], f"{PROVIDERS}?limit=25"
    while following:
        page = (await here.http.get(following, headers=headers)).json()
        walked += [item["name"] for item in page["items"]]
        assert (page["total_count"], page["limit"]) == (61, 25)
        following = page.get("next", {}).get("href")
    assert sorted(walked) == sorted([*names, "shared"])
    counted = {
        "tags=even": 30,
        "tags=even,odd": 0,
        "name=p7": 1,
        "scope=system": 1,
        "scope=tenant": 60,
        "owner=system": 1,
        "limit=0": 61,
        "benchmarks=false": 61,
    }
    for asked, count in counted.items():
        page = (await here.http.get(f"{PROVIDERS}?{asked}", headers=headers)).json()
        assert (asked, page["total_count"], page["first"]["href"]) == (asked, count, f"{PROVIDERS}?{asked}")
    brief = (await here.http.get(f"{PROVIDERS}?name=shared&benchmarks=false", headers=headers)).json()
    assert [item["benchmarks"] for item in brief["items"]] == [[]]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"{PROVIDERS}?category=math", "query_bad_parameter"),
        (f"{PROVIDERS}?limit=-1", "query_parameter_invalid"),
        (f"{PROVIDERS}?benchmarks=maybe", "query_parameter_invalid"),
        (f"{PROVIDERS}?scope=all", "query_parameter_value_invalid"),
        (f"{PROVIDERS}?scope=system&owner=a", "query_parameter_mismatch"),
        (f"{COLLECTIONS}?benchmarks=true", "query_bad_parameter"),
    ],
)
async def test_a_query_that_means_nothing_is_refused(here: Town, address: str, code: str) -> None:
    answer = await here.http.get(address, headers=bearer(await here.token("reader", READER)))

    assert (answer.status_code, answer.json()["message_code"]) == (400, code)


async def test_what_is_wrong_is_named_before_anything_is_made(here: Town) -> None:
    client, headers = await here.client(), bearer(await here.token("other", READER))

    assert await refused(client.providers.create, {}) == (400, "request_validation_failed")
    assert await refused(client.collections.create, {}) == (400, "request_validation_failed")
    twice = {"name": "n", "benchmarks": [{"id": "a", "name": "A", "category": "c"}] * 2}
    assert await refused(client.providers.create, twice) == (400, "request_validation_failed")
    broken = await here.http.post(PROVIDERS, content=b"{", headers=headers)
    assert (broken.status_code, broken.json()["message_code"]) == (400, "invalid_json_request")
    large = await here.http.post(PROVIDERS, content=b" " * (1024 * 1024 + 1), headers=headers)
    assert (large.status_code, large.json()["message_code"]) == (413, "request_body_too_large")
    assert (await here.http.get("/api/v1/evaluations/benchmarks", headers=headers)).status_code == 404
    assert [entry.resource.id for entry in await do(client.providers.list)] == ["shared"]


async def test_a_json_patch_is_taken_with_evalhubs_paths(here: Town) -> None:
    client, headers = await here.client(), bearer(await here.token("editor"))
    made = await do(client.providers.create, HARNESS)
    address = f"{PROVIDERS}/{made.resource.id}"

    patch = [
        {"op": "replace", "path": "/runtime/k8s/image", "value": "registry.example/h:2"},
        {"op": "add", "path": "/tags/-", "value": "new"},
    ]
    answer = await here.http.patch(address, json=patch, headers=headers)
    wrong = await here.http.patch(address, json=[{"op": "remove", "path": "/name"}], headers=headers)

    assert answer.status_code == 200, answer.text
    assert answer.json()["runtime"]["k8s"]["image"] == "registry.example/h:2"
    assert answer.json()["tags"] == ["nlp", "new"]
    assert (wrong.status_code, wrong.json()["message_code"]) == (400, "unallowed_patch")


async def test_a_job_that_names_what_is_not_installed_hears_so_at_once(here: Town) -> None:
    client = await here.client()
    garak = yaml.safe_load((CATALOGUE / "garak.yaml").read_text())
    await here.apply(here.namespace, garak)
    asked = JobSubmissionRequest(
        name="scan",
        model=ModelConfig(url="http://model.example/v1", name="m"),
        benchmarks=[BenchmarkConfig(id="quick", provider_id="garak")],
    )
    await here.until_listed("garak", client)

    with pytest.raises(httpx.HTTPStatusError, match="400") as refusal:
        await do(client.jobs.submit, asked)

    told = refusal.value.response.json()
    assert told["message_code"] == "provider_not_installed"
    assert "'garak' is known here, but not installed" in told["message"]
    assert await do(client.jobs.list) == []


async def test_the_command_of_the_sdk(here: Town, tmp_path: Path) -> None:
    token = await here.token("writer")

    async def run(*words: str) -> str:
        code, said = await here.cli(tmp_path, token, *words)
        assert code == 0, said
        return said

    (tmp_path / "provider.yaml").write_text("name: by-cli\nbenchmarks: [{id: b, name: B, category: c}]\n")
    (tmp_path / "collection.yaml").write_text(
        "name: suite\ncategory: c\nbenchmarks: [{id: mmlu, provider_id: shared}]\n"
    )
    (tmp_path / "patch.yaml").write_text("tags: [patched]\n")
    provider, collection, patch = (str(tmp_path / f"{name}.yaml") for name in ("provider", "collection", "patch"))
    await run("providers", "create", "--file", provider)
    await run("collections", "create", "--file", collection)
    client = here.client_of(token)
    made = next(entry for entry in await do(client.providers.list) if entry.name == "by-cli").resource.id
    suite = next(entry for entry in await do(client.collections.list) if entry.name == "suite").resource.id

    assert "shared" in await run("providers", "list")
    assert "mmlu" in await run("providers", "describe", "shared")
    assert "by-cli" in await run("providers", "describe", made, "--format", "json")
    await run("providers", "update", made, "--file", provider)
    await run("providers", "patch", made, "--file", patch)
    assert "suite" in await run("collections", "list")
    assert "mmlu" in await run("collections", "describe", suite)
    await run("collections", "update", suite, "--file", collection)
    await run("collections", "patch", suite, "--file", patch)
    assert (await do(client.collections.get, suite)).tags == ["patched"]
    assert (await do(client.providers.get, made)).tags == ["patched"]
    code, said = await here.cli(tmp_path, token, "providers", "delete", "shared", "--yes")
    assert code != 0
    assert "Provider 'shared' cannot be modified or deleted" in said
    await run("collections", "delete", suite, "--yes")
    await run("providers", "delete", made, "--yes")
