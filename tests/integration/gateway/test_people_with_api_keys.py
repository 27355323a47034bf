"""The life of an API key: made with `referee api-keys`, used, revoked; and what nobody gets by one."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from referee.cli.api_keys_secret import ApiKeysSecret, GatewayPlace
from referee.cli.main import cli
from referee.clock import utc_now
from referee.gateway.errors import NotPermitted, Unavailable
from referee.gateway.people import api_keys
from referee.gateway.people.key_record import Account
from referee.runtime.errors import Forbidden
from referee.runtime.kube import Kube
from referee.runtime.paths import EVALUATION_JOBS, SECRETS, SERVICE_ACCOUNTS
from referee.runtime.transport import Transport
from tests.integration.gateway.kubeconfigs import kubeconfig_for
from tests.integration.gateway.people_house import (
    JOB,
    WRITER,
    Neighbourhood,
    bearer,
    neighbourhood,
    once_written,
)
from tests.testbed.cluster import RBAC, Cluster

MAKER: list[dict[str, Any]] = [
    {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "create", "patch"]},
    {"apiGroups": [""], "resources": ["serviceaccounts"], "verbs": ["get"]},
    {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"], "verbs": ["get", "create"]},
]
"""Everything that making a key takes, but for the right to make tokens."""


@pytest.fixture
async def here(cluster: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Neighbourhood]:
    """A gateway that looks at the Secret every half second and not every half minute."""
    monkeypatch.setattr(api_keys, "_READ_EVERY", 0.5)
    monkeypatch.setattr(api_keys, "_READ_AT_MOST_EVERY", 0.1)
    async with neighbourhood(cluster, namespace) as here:
        await here.account("ci", WRITER)
        yield here


async def referee(here: Neighbourhood, *arguments: str, kubeconfig: Path | None = None) -> Result:
    """Run `referee api-keys` as the administrator, or as somebody else."""
    who = ("--kubeconfig", str(kubeconfig or here.cluster.kubeconfig), "--namespace", here.namespace)
    return await asyncio.to_thread(CliRunner().invoke, cli, ["api-keys", *arguments, *who])


async def made(here: Neighbourhood, *options: str) -> str:
    done = await referee(here, "create", "ci", *options)
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


async def test_a_key_from_its_making_to_its_end(here: Neighbourhood) -> None:
    key = await made(here, "--note", "the nightly run", "--expires-in", "90d")

    person = await here.people.identify(bearer(key))
    assert (person.user, person.tenant) == (f"system:serviceaccount:{here.namespace}:ci", here.namespace)
    await here.people.require(person, "list", EVALUATION_JOBS)
    await here.people.kube(person).create(EVALUATION_JOBS.all(here.namespace), JOB)
    await once_written(here.cluster, here.namespace, {(person.user, "create", "evaluationjobs")})

    (entry,) = json.loads((await referee(here, "list", "-o", "json")).stdout)
    assert (entry["serviceAccount"], entry["note"]) == ("ci", "the nightly run")
    assert entry["id"] in (await referee(here, "list")).stdout
    secret = await asyncio.to_thread(here.cluster.api.get, SECRETS.one(here.namespace, "referee-api-keys"))
    assert key not in json.dumps(secret)

    done = await referee(here, "revoke", entry["id"])
    assert done.exit_code == 0, done.output
    assert "revoked" in await here.until_nobody(key)
    roles = here.cluster.api.get(f"{RBAC}/namespaces/{here.namespace}/roles")["items"]
    assert not [role for role in roles if role["metadata"]["name"].startswith("referee-gateway-key")]


async def test_a_key_ends_when_it_says(here: Neighbourhood) -> None:
    transport = Transport(here.cluster.credentials)
    keys = ApiKeysSecret(Kube(transport), GatewayPlace(here.namespace))
    ends = utc_now() + timedelta(seconds=3)
    key, _ = await keys.create(Account(here.namespace, "ci"), expires=ends)
    await here.people.identify(bearer(key))

    assert "expired at" in await here.until_nobody(key)
    assert utc_now() >= ends
    await transport.close()


async def test_one_of_two_keys_is_revoked(here: Neighbourhood) -> None:
    first, second = await made(here, "--note", "first"), await made(here, "--note", "second")
    entries = json.loads((await referee(here, "list", "-o", "json")).stdout)
    await here.people.identify(bearer(first))

    await referee(here, "revoke", next(entry["id"] for entry in entries if entry["note"] == "first"))

    assert "revoked" in await here.until_nobody(first)
    assert (await here.people.identify(bearer(second))).user.endswith(":ci")


async def test_a_key_can_do_no_more_than_its_account(here: Neighbourhood) -> None:
    await here.account("idle")
    done = await referee(here, "create", "idle")

    person = await here.people.identify(bearer(done.stdout.strip()))

    with pytest.raises(NotPermitted):
        await here.people.require(person, "list", EVALUATION_JOBS)


async def test_the_gateway_can_be_no_account_without_a_key(here: Neighbourhood) -> None:
    await here.account("boss", WRITER)
    await made(here)
    transport = Transport(here.credentials)
    gateway = Kube(transport)

    await gateway.ask(SERVICE_ACCOUNTS.one(here.namespace, "ci", "token"), {"spec": {}})
    with pytest.raises(Forbidden):
        await gateway.ask(SERVICE_ACCOUNTS.one(here.namespace, "boss", "token"), {"spec": {}})
    with pytest.raises(Forbidden):
        await anext(aiter(gateway.list(SECRETS.all(here.namespace))), None)
    await transport.close()


async def test_nobody_can_hand_out_an_account_that_is_not_theirs(here: Neighbourhood, tmp_path: Path) -> None:
    token = await here.account("maker", MAKER)
    kubeconfig = kubeconfig_for(here.cluster, tmp_path / "maker", token, here.namespace)

    done = await referee(here, "create", "ci", kubeconfig=kubeconfig)

    assert done.exit_code == 1
    assert "is attempting to grant RBAC permissions not currently held" in done.stderr
    assert not done.stdout
    assert json.loads((await referee(here, "list", "-o", "json")).stdout) == []


async def test_whoever_may_write_no_roles_can_use_those_that_are_there(here: Neighbourhood, tmp_path: Path) -> None:
    await made(here)
    rules = [*MAKER[:2], {**MAKER[2], "verbs": ["get"]}]
    kubeconfig = kubeconfig_for(here.cluster, tmp_path / "scribe", await here.account("scribe", rules), here.namespace)

    done = await referee(here, "create", "ci", kubeconfig=kubeconfig)

    assert done.exit_code == 0, done.output
    assert (await here.people.identify(bearer(done.stdout.strip()))).user.endswith(":ci")


async def test_a_gateway_whose_right_was_taken_is_no_fault_of_the_caller(here: Neighbourhood) -> None:
    key = await made(here)
    binding = f"{RBAC}/namespaces/{here.namespace}/rolebindings/referee-gateway-key-ci"
    await asyncio.to_thread(here.cluster.api.delete, binding)

    async with asyncio.timeout(10):
        with pytest.raises(Unavailable, match="may not make tokens of the ServiceAccount"):
            await here.people.identify(bearer(key))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create", "nobody"], 'serviceaccounts "nobody" not found'),
        (["create", "a/b/c"], "names no ServiceAccount"),
        (["create", "/ci"], "names no ServiceAccount"),
        (["create", "ci", "--expires-in", "0d"], "is no time to live; for example 90d"),
        (["create", "ci", "--expires-in", "soon"], "is no time to live; for example 90d"),
        (["revoke", "0123456789abcdef"], "no key 0123456789abcdef in the namespace"),
    ],
)
async def test_what_cannot_be_done_is_said(here: Neighbourhood, arguments: list[str], said: str) -> None:
    done = await referee(here, *arguments)

    assert done.exit_code != 0
    assert said in done.stderr
    assert not done.stdout
