"""What a cluster and a gateway answer is the same, whatever it is that is asked."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from referee.cli.remote.choosing import opened
from referee.cli.remote.port import Absent, Document, LogQuery, Remote, RemoteError, Wanted
from tests.integration.cli.backends import Backend, until
from tests.integration.operator.team import Team
from tests.testbed.kubelet_logs import KubeletLogs


@pytest.fixture
async def remote(user: Backend) -> AsyncIterator[Remote]:
    async with opened(user.context, user.env) as remote:
        yield remote


def job(name: str, **spec: Any) -> dict[str, Any]:
    benchmarks = [{"id": "b0", "provider": "p"}]
    model = {"url": "http://m:8000/v1", "name": "m"}
    head = {"apiVersion": "referee.dev/v1alpha1", "kind": "EvaluationJob", "metadata": {"name": name}}
    return {**head, "spec": {"model": model, "benchmarks": benchmarks, **spec}}


async def test_what_is_submitted_is_there_at_once_and_for_kubectl(remote: Remote, team: Team) -> None:
    created = await remote.submit(job("one", tags=["nightly"]))
    found = await remote.get("one")

    assert found["metadata"]["uid"] == created["metadata"]["uid"]
    assert found["spec"]["tags"] == ["nightly"]
    assert "managedFields" not in found["metadata"]
    there = await team.call("GET", team.path("evaluationjobs", "one"))
    assert there["metadata"]["uid"] == created["metadata"]["uid"]


async def test_a_name_that_is_taken_is_refused(remote: Remote) -> None:
    await remote.submit(job("one"))
    with pytest.raises(RemoteError, match=r"EvaluationJob one: exists already in .*; choose another --name"):
        await remote.submit(job("one"))


async def test_what_the_api_server_refuses_is_told_with_its_field(remote: Remote) -> None:
    both = job("one", collection={"id": "c"})
    with pytest.raises(RemoteError, match="exactly one of benchmarks, collection, evaluation must be set"):
        await remote.submit(both)


async def test_what_is_not_there_is_absent(remote: Remote) -> None:
    with pytest.raises(Absent, match="nope: there is no such EvaluationJob in "):
        await remote.get("nope")
    with pytest.raises(Absent, match="nope: there is no such EvaluationJob in "):
        await remote.edit("nope", {"spec": {"cancel": True}})
    with pytest.raises(Absent, match="nope: there is no such EvaluationJob in "):
        await anext(remote.watch("nope"))


async def test_lists_are_filtered_and_the_newest_comes_first(remote: Remote, team: Team) -> None:
    for number in range(3):
        await team.apply(f"job-{number}", group="a" if number else "b", tags=["even"] if number != 1 else [])
        await asyncio.sleep(1.1)  # creationTimestamp has whole seconds
    await until(lambda: remote.jobs(Wanted()), lambda found: len(found) == 3)

    async def names(**wanted: Any) -> list[str]:
        return [document["metadata"]["name"] for document in await remote.jobs(Wanted(**wanted))]

    assert await names() == ["job-2", "job-1", "job-0"]
    assert await names(limit=2) == ["job-2", "job-1"]
    assert await names(group="a") == ["job-2", "job-1"]
    assert await names(tag="even") == ["job-2", "job-0"]
    assert await names(tag="even", group="a", limit=1) == ["job-2"]
    assert await names(phase="Completed") == []


async def test_an_edit_changes_what_it_names_and_is_seen_at_once(remote: Remote) -> None:
    await remote.submit(job("one", description="first", tags=["kept"]))
    edited = await remote.edit("one", {"spec": {"description": "second", "cancel": True}})
    assert edited["spec"]["description"] == "second"
    found = await remote.get("one")
    assert (found["spec"]["cancel"], found["spec"]["tags"]) == (True, ["kept"])


async def test_an_edit_of_what_may_not_change_is_refused(remote: Remote) -> None:
    await remote.submit(job("one"))
    with pytest.raises(RemoteError, match=r"spec.group cannot change after creation"):
        await remote.edit("one", {"spec": {"group": "another"}})


async def test_a_watch_begins_with_how_it_stands_and_ends_with_the_job(remote: Remote, team: Team) -> None:
    await remote.submit(job("one"))
    async with aclosing(remote.watch("one")) as states, asyncio.timeout(30):
        assert (await anext(states))["metadata"]["name"] == "one"
        await team.edit("one", description="changed")
        async for state in states:
            if state["spec"].get("description") == "changed":
                break
        await team.call("DELETE", team.path("evaluationjobs", "one"))
        with pytest.raises(Absent, match="one: was deleted"):
            await _to_the_end(states)


async def test_providers_and_collections_are_those_that_jobs_can_name(remote: Remote, team: Team) -> None:
    body = {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "Collection",
        "metadata": {"name": "object"},
        "spec": {"id": "basics", "benchmarks": [{"id": "b0", "provider": "p"}]},
    }
    await team.call("POST", team.path("collections"), body)
    found = await until(remote.collections, bool)
    assert [(offered.document["spec"]["id"], offered.shared) for offered in found] == [("basics", False)]
    assert [offered.document["metadata"]["name"] for offered in await remote.providers()] == ["p"]


async def test_who_may_not_is_told_so(user: Backend, team: Team) -> None:
    stranger = team.cluster.service_account(team.namespace, "stranger")
    async with opened(user.as_another(stranger, team.cluster, team.namespace), user.env) as remote:
        with pytest.raises(RemoteError, match=r"not permitted in .*stranger"):
            await remote.jobs(Wanted())
        with pytest.raises(RemoteError, match=r"not permitted in .*stranger"):
            await remote.submit(job("one"))


@pytest.fixture
async def logs(team: Team, tmp_path: Path) -> AsyncIterator[KubeletLogs]:
    async with KubeletLogs(team.kubelet, tmp_path / "kubelet") as logs:
        yield logs


async def _text(remote: Remote, **query: Any) -> str:
    async with aclosing(remote.logs("run", LogQuery(**query))) as pieces:
        return "".join([piece async for piece in pieces])


@pytest.mark.usefixtures("operator")
async def test_logs_are_the_same_text(remote: Remote, team: Team, logs: KubeletLogs) -> None:
    await team.apply(benchmarks=2)
    pods = [await team.starts(index) for index in (0, 1)]
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    await logs.write(pods[0], "first", "second", at=long_ago)
    await logs.write(pods[0], "thïrd")
    await logs.write(pods[1], "other")
    names = [pod["metadata"]["name"] for pod in pods]

    whole = await until(lambda: _text(remote), lambda text: "other" in text and "thïrd" in text)
    assert whole == (
        f"=== pod={names[0]} container=adapter benchmark_id=b0 ===\nfirst\nsecond\nthïrd\n\n"
        f"=== pod={names[1]} container=adapter benchmark_id=b1 ===\nother\n"
    )
    assert await _text(remote, benchmark=0) == "first\nsecond\nthïrd\n"
    assert await _text(remote, benchmark=0, tail=2) == "second\nthïrd\n"
    assert await _text(remote, benchmark=0, since=60) == "thïrd\n"
    assert await _text(remote, benchmark=0, previous=True) == ""
    (line,) = (await _text(remote, benchmark=1, timestamps=True)).splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z other", line)
    with pytest.raises(RemoteError, match="has no benchmark 7: it has 2"):
        await _text(remote, benchmark=7)


@pytest.mark.usefixtures("operator")
async def test_a_log_is_followed_to_its_end(remote: Remote, team: Team, logs: KubeletLogs) -> None:
    await team.apply()
    pod = await team.starts()
    await logs.write(pod, "one")
    seen = ""
    async with aclosing(remote.logs("run", LogQuery(benchmark=0, follow=True))) as pieces, asyncio.timeout(30):
        async for piece in pieces:
            seen += piece
            if seen.rstrip() == "one":
                await logs.write(pod, "two")
            elif seen.rstrip() == "one\ntwo":
                await logs.end(pod)
                await team.reports()
                await team.kubelet.succeed(pod)
    assert seen == "one\ntwo\n"


async def _to_the_end(states: AsyncIterator[Document]) -> None:
    async for _ in states:
        pass
