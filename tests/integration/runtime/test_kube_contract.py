"""What our port to the API server relies on, asked of a real one and of the fake: the fake may lie nowhere here."""

import asyncio

import pytest

from referee.runtime.errors import AlreadyExists, ApiError, Conflict, Gone, Invalid, NotFound, Unauthorized
from referee.runtime.kube import Object
from referee.runtime.paths import CONFIG_MAPS, JOBS, PROVIDERS
from tests.integration.runtime.server import Server, config_map

UID_NOBODY_HAS = "00000000-0000-0000-0000-000000000000"


def job(name: str) -> Object:
    container = {"name": "c", "image": "none"}
    template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    spec = {"suspend": True, "backoffLimit": 0, "template": template}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "annotations": {"a": "b"}},
        "spec": spec,
    }


async def test_create_gives_what_the_server_adds(server: Server) -> None:
    made = await server.config_map("a")

    assert made["metadata"]["uid"]
    assert int(made["metadata"]["resourceVersion"]) > 0
    assert made["metadata"]["namespace"] == server.namespace
    assert await server.kube.get(server.one(CONFIG_MAPS, "a")) == made


async def test_a_name_is_taken_only_once(server: Server) -> None:
    await server.config_map("a")

    with pytest.raises(AlreadyExists):
        await server.config_map("a")


async def test_generated_names_differ(server: Server) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "g-"}}
    names = {(await server.kube.create(server.all(CONFIG_MAPS), body))["metadata"]["name"] for _ in range(3)}

    assert len(names) == 3
    assert all(name.startswith("g-") for name in names)


@pytest.mark.parametrize("verb", ["get", "replace", "merge_patch", "json_patch", "delete"])
async def test_what_is_not_there_is_not_found(verb: str, server: Server) -> None:
    path = server.one(CONFIG_MAPS, "missing")
    calls = {
        "get": server.kube.get(path),
        "replace": server.kube.replace(path, config_map("missing", resourceVersion="1")),
        "merge_patch": server.kube.merge_patch(path, {"data": {}}),
        "json_patch": server.kube.json_patch(path, [{"op": "add", "path": "/data", "value": {}}]),
        "delete": server.kube.delete(path),
    }
    wanted = calls.pop(verb)
    for other in calls.values():
        other.close()

    with pytest.raises(NotFound, match="missing"):
        await wanted


async def test_replacing_with_an_old_version_is_a_conflict(server: Server) -> None:
    first = await server.config_map("a")
    second = await server.kube.replace(server.one(CONFIG_MAPS, "a"), {**first, "data": {"k": "w"}})
    assert int(second["metadata"]["resourceVersion"]) > int(first["metadata"]["resourceVersion"])

    with pytest.raises(Conflict) as caught:
        await server.kube.replace(server.one(CONFIG_MAPS, "a"), {**first, "data": {"k": "x"}})
    assert type(caught.value) is Conflict


async def test_a_merge_patch_with_an_old_version_is_a_conflict(server: Server) -> None:
    first = await server.config_map("a")
    version = {"metadata": {"resourceVersion": first["metadata"]["resourceVersion"]}}
    await server.kube.merge_patch(server.one(CONFIG_MAPS, "a"), {"data": {"k": "w"}, **version})

    with pytest.raises(Conflict):
        await server.kube.merge_patch(server.one(CONFIG_MAPS, "a"), {"data": {"k": "x"}, **version})


async def test_a_merge_patch_sets_adds_and_removes(server: Server) -> None:
    await server.config_map("a", labels={"keep": "1", "drop": "1"})
    patch = {"metadata": {"labels": {"drop": None, "new": "1"}}, "data": {"more": "m"}}

    after = await server.kube.merge_patch(server.one(CONFIG_MAPS, "a"), patch)

    assert after["metadata"]["labels"] == {"keep": "1", "new": "1"}
    assert after["data"] == {"k": "v", "more": "m"}


async def test_a_patch_that_changes_nothing_makes_no_new_version(server: Server) -> None:
    before = await server.config_map("a")
    after = await server.kube.merge_patch(server.one(CONFIG_MAPS, "a"), {"data": {"k": "v"}})

    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


async def test_the_first_result_wins_by_json_patch(server: Server) -> None:
    """The gateway's write: the uid and the absence of a result are tested, then the result is added."""
    made = await server.kube.create(server.all(JOBS), job("child"))

    def result(text: str, uid: str) -> list[Object]:
        path = "/metadata/annotations/referee.dev~1result"
        return [
            {"op": "test", "path": "/metadata/uid", "value": uid},
            {"op": "test", "path": path, "value": None},
            {"op": "add", "path": path, "value": text},
        ]

    where, uid = server.one(JOBS, "child"), made["metadata"]["uid"]
    with pytest.raises(Invalid):
        await server.kube.json_patch(where, result("of another", UID_NOBODY_HAS))
    after = await server.kube.json_patch(where, result("first", uid))
    assert after["metadata"]["annotations"] == {"a": "b", "referee.dev/result": "first"}
    with pytest.raises(Invalid):
        await server.kube.json_patch(where, result("second", uid))


async def test_a_job_patched_with_a_wrong_uid_is_refused(server: Server) -> None:
    await server.kube.create(server.all(JOBS), job("child"))

    with pytest.raises((Conflict, Invalid)):
        await server.kube.merge_patch(
            server.one(JOBS, "child"), {"metadata": {"uid": UID_NOBODY_HAS, "annotations": {"x": "y"}}}
        )


async def test_deletion_is_for_the_uid_that_was_meant(server: Server) -> None:
    made = await server.config_map("a")

    with pytest.raises(Conflict):
        await server.kube.delete(server.one(CONFIG_MAPS, "a"), uid=UID_NOBODY_HAS)
    await server.kube.delete(server.one(CONFIG_MAPS, "a"), uid=made["metadata"]["uid"])
    with pytest.raises(NotFound):
        await server.kube.get(server.one(CONFIG_MAPS, "a"))


async def test_a_list_comes_in_pages_of_one_snapshot(server: Server) -> None:
    for number in range(7):
        await server.config_map(f"c{number}", labels={"mine": "yes"})
    listing = server.kube.list(server.all(CONFIG_MAPS), label_selector="mine=yes", limit=3)
    names: list[str] = []
    async for obj in listing:
        names.append(obj["metadata"]["name"])
        if len(names) == 1:
            await server.config_map("c9", labels={"mine": "yes"})
        assert (obj["apiVersion"], obj["kind"]) == ("v1", "ConfigMap")

    assert names == [f"c{number}" for number in range(7)]
    assert int(listing.resource_version) > 0


@pytest.mark.parametrize(
    ("labels", "fields", "expected"),
    [
        ("tier=gold", "", {"a"}),
        ("tier", "", {"a", "b"}),
        ("!tier,mine", "", {"c"}),
        ("tier in (gold, silver)", "", {"a", "b"}),
        ("mine,tier!=gold", "", {"b", "c"}),
        ("", "metadata.name=b", {"b"}),
        ("tier", "metadata.name!=b", {"a"}),
    ],
)
async def test_selectors(labels: str, fields: str, expected: set[str], server: Server) -> None:
    for name, more in (("a", {"tier": "gold"}), ("b", {"tier": "silver"}), ("c", {})):
        await server.config_map(name, labels={"mine": "yes", **more})

    listing = server.kube.list(server.all(CONFIG_MAPS), label_selector=labels, field_selector=fields)

    assert {obj["metadata"]["name"] async for obj in listing} == expected


async def test_a_watch_tells_everything_after_the_list_once(server: Server) -> None:
    await server.config_map("before", labels={"mine": "yes"})
    listing = server.kube.list(server.all(CONFIG_MAPS), label_selector="mine")
    assert [obj["metadata"]["name"] async for obj in listing] == ["before"]
    between = await server.config_map("between", labels={"mine": "yes"})

    async with server.kube.watch(server.all(CONFIG_MAPS), listing.resource_version, label_selector="mine") as events:
        await server.config_map("unlabelled")
        await server.kube.merge_patch(server.one(CONFIG_MAPS, "between"), {"data": {"k": "w"}})
        await server.kube.merge_patch(server.one(CONFIG_MAPS, "before"), {"metadata": {"labels": None}})
        await server.kube.delete(server.one(CONFIG_MAPS, "between"))
        seen = [await asyncio.wait_for(anext(events), 10) for _ in range(4)]

    assert [(event.type, event.object["metadata"]["name"]) for event in seen] == [
        ("ADDED", "between"),
        ("MODIFIED", "between"),
        ("DELETED", "before"),
        ("DELETED", "between"),
    ]
    versions = [int(event.resource_version) for event in seen]
    assert versions == sorted(set(versions)), "versions of one resource are comparable numbers"
    assert seen[0].object["metadata"]["uid"] == between["metadata"]["uid"]
    assert seen[0].object["kind"] == "ConfigMap"


async def test_a_watch_ends_by_itself_after_its_time(server: Server) -> None:
    listing = server.kube.list(server.all(CONFIG_MAPS))
    assert [obj["metadata"]["name"] async for obj in listing if obj["metadata"]["name"] == "none"] == []

    async with server.kube.watch(server.all(CONFIG_MAPS), listing.resource_version, seconds=1) as events:
        async with asyncio.timeout(10):
            kinds = {event.type async for event in events}
    assert kinds <= {"BOOKMARK"}


async def test_a_continue_token_that_is_none_is_refused(server: Server) -> None:
    with pytest.raises(ApiError):
        await server.kube.get(f"{server.all(CONFIG_MAPS)}?limit=1&continue=nonsense")


async def test_another_token_is_another_identity(server: Server) -> None:
    with pytest.raises(Unauthorized):
        await server.kube.acting_as("nobody-knows-this").get(server.one(CONFIG_MAPS, "a"))


PROVIDER: Object = {
    "apiVersion": PROVIDERS.api_version,
    "kind": PROVIDERS.kind,
    "metadata": {"name": "p"},
    "spec": {"adapter": {"image": "example/adapter:1"}, "benchmarks": [{"id": "b"}]},
}


async def test_status_and_spec_are_written_apart(server: Server) -> None:
    made = await server.kube.create(server.all(PROVIDERS), {**PROVIDER, "status": {"observedGeneration": 77}})
    assert made["metadata"]["generation"] == 1
    assert made.get("status", {}).get("observedGeneration") != 77

    status = {"status": {"observedGeneration": 1}}
    after = await server.kube.merge_patch(server.one(PROVIDERS, "p", "status"), status)
    assert after["status"]["observedGeneration"] == 1
    assert after["metadata"]["generation"] == 1

    edited = await server.kube.merge_patch(
        server.one(PROVIDERS, "p"), {"spec": {"title": "edited"}, "status": {"observedGeneration": 5}}
    )
    assert edited["metadata"]["generation"] == 2
    assert edited["status"]["observedGeneration"] == 1


async def test_a_wrong_uid_on_status_is_let_through_and_an_old_version_is_not(server: Server) -> None:
    """Why status is fenced by resourceVersion: the uid protects nothing there."""
    made = await server.kube.create(server.all(PROVIDERS), PROVIDER)
    path, version = server.one(PROVIDERS, "p", "status"), made["metadata"]["resourceVersion"]

    patch = {"metadata": {"uid": UID_NOBODY_HAS}, "status": {"observedGeneration": 1}}
    after = await server.kube.merge_patch(path, patch)
    assert after["metadata"]["uid"] == made["metadata"]["uid"]
    with pytest.raises(Conflict):
        await server.kube.merge_patch(
            path, {"metadata": {"resourceVersion": version}, "status": {"observedGeneration": 2}}
        )


async def test_a_version_from_before_time_is_gone(server: Server) -> None:
    await server.kube.create(server.all(PROVIDERS), PROVIDER)

    async with server.kube.watch(server.all(PROVIDERS), "1") as events:
        with pytest.raises(Gone):
            await asyncio.wait_for(anext(events), 10)
