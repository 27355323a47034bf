"""Which logs are kept: of runs of jobs that are there, and of a long one the end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from referee.api import names
from referee.runtime.paths import EVALUATION_JOBS, PODS
from tests.contract.children.contract import JOB
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.looking import name, pieces, until_kept, until_text
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


async def test_of_a_long_log_the_same_end_is_shown_before_and_after_its_pod_is_gone(
    here: Reading, logs: KubeletLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("referee.gateway.logs.reading", "referee.gateway.logs.collector", "referee.store.logs"):
        monkeypatch.setattr(f"{module}.KEPT_BYTES", 400)
    pod = await here.house.pod(0)
    await logs.write(pod, *(f"line {number:03}" for number in range(100)), at=AGO)
    await logs.end(pod)
    await here.house.end_pod(pod)
    before = await until_text(here, "benchmarks/0/logs", "line 099")
    await until_kept(here, name(pod))

    await here.house.remove_pod(pod)
    await logs.lose(pod)
    after = await until_text(here, "benchmarks/0/logs", "line 099")

    size = len("2026-01-01T00:00:00.000000000Z line 000\n")
    shown = 400 // size
    remark = f"[{(100 - shown) * size} bytes of the log before this line are left out]"
    assert before == after == "\n".join([remark, *(f"line {number:03}" for number in range(100 - shown, 100))])


async def test_what_is_deleted_for_good_does_not_come_back_with_the_last_words_of_its_pods(
    here: Reading, logs: KubeletLogs, caplog: pytest.LogCaptureFixture
) -> None:
    """As a hard delete does it: the job is deleted, the store forgets it, then its pods are told to go."""
    caplog.set_level("INFO", "referee.gateway.logs.collector")
    pod = await here.house.pod(0)
    await logs.write(pod, "working", at=AGO)
    await until_text(here, "benchmarks/0/logs", "working")
    uid = (await here.house.evaluation()).metadata.uid
    await here.house.kube.delete(EVALUATION_JOBS.one(here.house.namespace, JOB))
    await here.store.forget(uid)
    await logs.write(pod, "told to stop")
    await logs.end(pod)

    async with asyncio.timeout(30):
        while not (kept := await pieces(here, uid)) and "a log is not kept" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await here.house.remove_pod(pod)

    assert kept == await pieces(here, uid) == []


async def test_a_pod_that_names_another_tenants_run_is_not_kept_as_its_own(
    here: Reading, logs: KubeletLogs, caplog: pytest.LogCaptureFixture
) -> None:
    """Who may make pods may write any label into them, and any owner."""
    caplog.set_level("INFO", "referee.gateway.logs.collector")
    pod = await here.house.pod(0)
    await here.house.evaluation("theirs")
    theirs = (await here.house.evaluation("theirs")).metadata.uid
    meta = pod["metadata"]
    labels = {names.LABEL_JOB: "theirs", names.LABEL_JOB_UID: theirs, names.LABEL_INDEX: "0", names.LABEL_ATTEMPT: "1"}
    forged = await here.house.kube.create(
        PODS.all(here.house.namespace),
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "forged", "labels": labels, "ownerReferences": meta["ownerReferences"]},
            "spec": {"containers": [{"name": names.ADAPTER_CONTAINER, "image": "x"}]},
        },
    )
    await here.house.run_pod(forged)
    await logs.write(forged, "mine now")
    await logs.end(forged)
    await here.house.end_pod(forged)

    async with asyncio.timeout(30):
        while not (kept := await pieces(here, theirs)) and "a log is not kept" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    assert kept == []
