"""Logs over a real API server, from a double of the kubelet's log endpoint, and from the store once pods are gone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from evalhub.client.job_logs import log_delta

from referee.runtime.kube import Object
from tests.contract.children.contract import JOB
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.looking import name, until_kept, until_text
from tests.integration.gateway.reading import Reading, reading
from tests.testbed.cluster import Cluster
from tests.testbed.kubelet_double import KubeletDouble
from tests.testbed.kubelet_logs import KubeletLogs

AGO = datetime.now(UTC) - timedelta(minutes=5)


@pytest.fixture
async def logs(kubelet: KubeletDouble, tmp_path: Path) -> AsyncIterator[KubeletLogs]:
    async with KubeletLogs(kubelet, tmp_path / "kubelet") as logs:
        yield logs


@pytest.fixture
async def here(bare: RealHouse, cluster: Cluster, tmp_path: Path) -> AsyncIterator[Reading]:
    async with reading(bare, cluster, tmp_path) as here:
        yield here


async def test_one_benchmark_is_bare_and_a_job_has_sections(here: Reading, logs: KubeletLogs) -> None:
    pods = [await here.house.pod(index) for index in (0, 1)]
    for pod in pods:
        await logs.write(pod, "hello", f"from {name(pod)}", at=AGO)

    bare = await until_text(here, "benchmarks/1/logs", "hello")
    whole = await until_text(here, "logs", name(pods[1]))

    assert bare == f"hello\nfrom {name(pods[1])}"
    assert whole == (
        f"=== pod={name(pods[0])} container=adapter benchmark_id=arc ===\nhello\nfrom {name(pods[0])}\n\n"
        f"=== pod={name(pods[1])} container=adapter benchmark_id=boolq ===\nhello\nfrom {name(pods[1])}"
    )
    answer = await here.get("logs")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_parameters_are_honoured(here: Reading, logs: KubeletLogs) -> None:
    pod = await here.house.pod(0)
    await logs.write(pod, *(f"line {number}" for number in range(5)), at=AGO)
    await logs.write(pod, "the last")
    await until_text(here, "benchmarks/0/logs", "the last")

    answers = {
        "two": (await here.get("benchmarks/0/logs", tail_lines=2)).text,
        "all": (await here.get("benchmarks/0/logs", tail_lines=-1)).text,
        "young": (await here.get("benchmarks/0/logs", since_seconds=60)).text,
        "stamped": (await here.get("benchmarks/0/logs", timestamps="true", tail_lines=2)).text,
        "previous": (await here.get("benchmarks/0/logs", previous="true")).text,
    }

    assert answers["two"] == "line 4\nthe last"
    assert answers["all"].count("\n") == 5
    assert answers["young"] == "the last"
    assert answers["stamped"].startswith(AGO.strftime("%Y-%m-%dT%H:%M:"))
    assert answers["previous"] == ""


REFUSED = [
    ("logs", {"tail_lines": "0"}, 400, "query_parameter_invalid"),
    ("logs", {"tail_lines": "10001"}, 400, "query_parameter_invalid"),
    ("logs", {"tail_lines": "-2"}, 400, "query_parameter_invalid"),
    ("logs", {"tail_lines": "many"}, 400, "query_parameter_invalid"),
    ("logs", {"since_seconds": "0"}, 400, "query_parameter_invalid"),
    ("logs", {"timestamps": "maybe"}, 400, "query_parameter_invalid"),
    ("logs", {"follow": "true", "previous": "true"}, 400, "query_parameter_invalid"),
    ("logs", {"colour": "red"}, 400, "query_bad_parameter"),
    ("benchmarks/2/logs", {}, 404, "resource_not_found"),
    ("benchmarks/-1/logs", {}, 400, "query_parameter_invalid"),
    ("benchmarks/first/logs", {}, 400, "query_parameter_invalid"),
]


async def test_what_cannot_be_asked_is_refused_by_name(here: Reading) -> None:
    await here.house.pod(0)
    async with asyncio.timeout(10):
        while (await here.get("benchmarks/2/logs")).status_code != 404:  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.1)

    answers = [await here.get(path, **query) for path, query, _, _ in REFUSED]

    assert [(a.status_code, a.json()["message_code"]) for a in answers] == [(s, c) for _, _, s, c in REFUSED]
    assert (await here.get("logs", job="nobodys")).status_code == 404


async def test_who_may_not_read_pod_logs_reads_none(here: Reading, cluster: Cluster) -> None:
    await here.house.pod(0)
    rules = [{"apiGroups": ["referee.dev"], "resources": ["evaluationjobs"], "verbs": ["get"]}]
    token = await asyncio.to_thread(cluster.service_account, here.house.namespace, "half", rules)
    nobody = await asyncio.to_thread(cluster.service_account, here.house.namespace, "nobody")
    path = f"/api/v1/evaluations/jobs/{JOB}/logs"

    answers = [
        (await here.client.get(path, headers=headers)).status_code
        for headers in ({"Authorization": f"Bearer {token}"}, {"Authorization": f"Bearer {nobody}"}, {})
    ]

    assert answers == [403, 404, 401]


async def test_a_log_is_there_when_the_pod_is_gone(here: Reading, logs: KubeletLogs) -> None:
    pod = await here.house.pod(0)
    await logs.write(pod, "hello", at=AGO)
    await logs.write(pod, "goodbye")
    await logs.end(pod)
    await here.house.end_pod(pod)
    before = await until_text(here, "benchmarks/0/logs", "goodbye")
    await until_kept(here, name(pod))

    await here.house.remove_pod(pod)
    await logs.lose(pod)

    assert (await until_text(here, "benchmarks/0/logs", "goodbye")) == before == "hello\ngoodbye"


async def test_the_last_words_of_a_pod_that_is_deleted_are_kept(here: Reading, logs: KubeletLogs) -> None:
    """As a cancel does it: the pod has its grace, ends, and is gone at once."""
    pod = await here.house.pod(0)
    await logs.write(pod, "working", at=AGO)
    await until_text(here, "benchmarks/0/logs", "working")
    await here.house.delete_pod(pod)
    async with asyncio.timeout(10):
        while not any("follow=true" in query for query in logs.asked):  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.02)

    await logs.write(pod, "told to stop", "stopped")
    await logs.end(pod)
    await here.house.remove_pod(pod)
    await logs.lose(pod)

    assert await until_text(here, "benchmarks/0/logs", "stopped") == "working\ntold to stop\nstopped"
    assert await until_text(here, "logs", "stopped")


async def test_a_watch_over_a_retry_is_told_everything_once(here: Reading, logs: KubeletLogs) -> None:
    """Two benchmarks at once, one of them tried twice, the first pod gone in between."""
    first, other = await here.house.pod(0), await here.house.pod(1)
    benchmarks = [
        {"index": i, "id": b, "provider": "harness", "phase": "Running", "attempt": 1}
        for i, b in enumerate(("arc", "boolq"))
    ]
    await here.status(benchmarks=benchmarks)
    told, seen = "", ""

    async def look() -> None:
        nonlocal told, seen
        text = (await here.get("logs", tail_lines=1000)).text
        assert text.startswith(seen)
        told += log_delta(seen, text)
        seen = text or seen

    written: dict[str, list[str]] = {"arc": [], "boolq": []}

    async def write(pod: Object, benchmark: str, text: str) -> None:
        written[benchmark].append(text)
        await logs.write(pod, text)

    for number in range(8):
        await write(first, "arc", f"arc 1 {number}")
        await write(other, "boolq", f"boolq {number}")
        await look()
        await asyncio.sleep(0.3)
    await logs.end(first)
    await here.house.kubelet.fail(first)
    await until_kept(here, name(first))
    await here.house.remove_pod(first)
    await logs.lose(first)
    await look()
    second = await here.house.pod(0, attempt=2)
    for number in range(8):
        await write(second, "arc", f"arc 2 {number}")
        await write(other, "boolq", f"boolq later {number}")
        await look()
        await asyncio.sleep(0.3)
    for pod in (second, other):
        await logs.end(pod)
        await here.house.end_pod(pod)
    await here.status(phase="Completed", benchmarks=[{**b, "phase": "Completed", "attempt": 2} for b in benchmarks])
    async with asyncio.timeout(20):
        while "boolq later 7" not in seen or "arc 2 7" not in seen:
            await look()
            await asyncio.sleep(0.2)

    final = (await here.get("logs")).text
    assert told == final
    for benchmark, lines in written.items():
        assert [line for line in final.split("\n") if line.startswith(f"{benchmark} ")] == lines


async def test_a_log_that_is_followed_ends_with_the_job(here: Reading, logs: KubeletLogs) -> None:
    pod = await here.house.pod(0)
    await logs.write(pod, "hello", at=AGO)
    await until_text(here, "benchmarks/0/logs", "hello")
    following = asyncio.create_task(here.get("benchmarks/0/logs", follow="true"))
    for number in range(5):
        await logs.write(pod, f"line {number}")
        await asyncio.sleep(0.4)
    await logs.end(pod)
    await here.house.end_pod(pod)
    row = {"index": 0, "id": "arc", "provider": "harness", "phase": "Completed", "attempt": 1}
    await here.status(phase="Completed", benchmarks=[row])

    async with asyncio.timeout(20):
        answer = await following

    assert answer.text == "\n".join(["hello", *(f"line {number}" for number in range(5))])


async def test_a_kubelet_that_does_not_answer_is_no_empty_log(here: Reading, logs: KubeletLogs) -> None:
    pod = await here.house.pod(0)
    await logs.write(pod, "hello", at=AGO)
    await until_text(here, "benchmarks/0/logs", "hello")
    await logs.__aexit__(None, None, None)

    answer = await here.get("benchmarks/0/logs")

    assert answer.status_code == 503
