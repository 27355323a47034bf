"""A job that cannot run here is over before anything runs, with the reason in its status and no waiting."""

from pathlib import Path
from typing import Any

import pytest

from referee.api.conditions import ConditionType, Reason
from referee.core.conditions import get
from tests.unit.local.world import Document, a_job, a_provider, keyed, run

_GOOD = [["complete", 1]]


def _job(**every: Any) -> Document:
    return a_job(_GOOD, every=every)


def _provider_without(field: str) -> Document:
    provider = a_provider()
    del provider["spec"]["adapter"][field]
    return provider


def _provider_with_env(**source: Any) -> Document:
    return a_provider(env=[{"name": "KEY", "valueFrom": source}])


_SECRET = {"secretKeyRef": {"name": "keys", "key": "api-key"}}
_ELSEWHERE = {**keyed("Secret", "keys"), "metadata": {"name": "keys", "namespace": "other"}}

CASES: list[Any] = [
    pytest.param([_job()], Reason.PROVIDER_NOT_FOUND, "'stand-in'", id="no such provider"),
    pytest.param(
        [a_provider(), a_job(_GOOD, _GOOD)], Reason.BENCHMARK_NOT_FOUND, "stand-in/b1", id="no such benchmark"
    ),
    pytest.param(
        [a_provider(), _job(testData={"pvc": {"claimName": "items"}})],
        Reason.MISSING_VOLUME,
        "testData.pvc: the claim 'items' lives in a cluster",
        id="test data on a claim",
    ),
    pytest.param(
        [a_provider(), _job(testData={"configMap": {"name": "items"}})],
        Reason.MISSING_SECRET,
        "no ConfigMap 'items' among the files",
        id="a ConfigMap that is not given",
    ),
    pytest.param(
        [a_provider(), a_job(_GOOD, model={"auth": {"secretRef": {"name": "keys"}}})],
        Reason.MISSING_SECRET,
        "spec.model.auth.secretRef: no Secret 'keys' among the files",
        id="credentials that are not given",
    ),
    pytest.param(
        [_provider_with_env(**_SECRET), _job(), _ELSEWHERE],
        Reason.MISSING_SECRET,
        "is given for namespace 'other'; put it into 'default'",
        id="a Secret of another namespace",
    ),
    pytest.param(
        [_provider_with_env(**_SECRET), _job(), keyed("Secret", "keys")],
        Reason.MISSING_SECRET,
        "Secret 'keys' has no key 'api-key'",
        id="a Secret without the key",
    ),
    pytest.param(
        [_provider_without("localCommand"), _job()],
        Reason.CONTAINER_CANNOT_RUN,
        "an image alone cannot be run here",
        id="an adapter that is only an image",
    ),
    pytest.param(
        [a_provider(localCommand=["no-such-program"]), _job()],
        Reason.CONTAINER_CANNOT_RUN,
        "there is no program 'no-such-program' here",
        id="a program that is not installed",
    ),
]


@pytest.mark.parametrize(("documents", "reason", "message"), CASES)
async def test_the_reason_names_culprit_and_remedy(
    tmp_path: Path, documents: list[Document], reason: Reason, message: str
) -> None:
    ran = await run(tmp_path, documents)

    finished = get(ran.job.status.conditions, ConditionType.FINISHED)
    assert finished is not None
    assert (finished.status, finished.reason) == ("True", reason)
    assert message in finished.message
    assert ran.job.status.phase == "Failed"
    assert not ran.directory.exists()


async def test_a_service_account_is_no_obstacle_where_there_is_none(tmp_path: Path) -> None:
    ran = await run(tmp_path, [a_provider(), a_job(_GOOD, pod={"serviceAccountName": "runner"})])

    assert ran.job.status.phase == "Completed"
