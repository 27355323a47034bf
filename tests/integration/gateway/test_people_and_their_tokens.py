"""People on a real API server: who a token is, and what it may, each decided by the server itself."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from referee.gateway.errors import Malformed, NotPermitted, Unauthenticated, Unavailable, Unknown
from referee.gateway.people import People, identities
from referee.runtime.kube import Kube
from referee.runtime.paths import EVALUATION_JOBS, PROVIDERS
from referee.runtime.transport import Transport
from tests.fakeapi.proxy import FaultyProxy
from tests.integration.gateway.people_house import READER, Neighbourhood, bearer, neighbourhood
from tests.integration.gateway.process import READ
from tests.testbed.cluster import Cluster

JOBS_ALONE = [{"apiGroups": ["referee.dev"], "resources": ["evaluationjobs"], "verbs": READ}]


@pytest.fixture
async def here(cluster: Cluster, namespace: str) -> AsyncIterator[Neighbourhood]:
    async with neighbourhood(cluster, namespace) as here:
        yield here


async def test_a_service_account_is_itself_in_its_own_namespace(here: Neighbourhood) -> None:
    people = here.people

    person = await people.identify(bearer(await here.account("ci", JOBS_ALONE)))

    assert (person.user, person.tenant) == (f"system:serviceaccount:{here.namespace}:ci", here.namespace)
    assert f"system:serviceaccounts:{here.namespace}" in person.groups
    assert await people.may(person, "list", EVALUATION_JOBS)
    await people.require(person, "get", EVALUATION_JOBS, name="any")
    assert not await people.may(person, "list", PROVIDERS)
    with pytest.raises(NotPermitted, match=f"user {person.user} cannot list providers.referee.dev in the namespace"):
        await people.require(person, "list", PROVIDERS)
    with pytest.raises(Unknown):
        await people.require(person, "get", PROVIDERS, name="any")


async def test_a_right_on_one_object_is_found(here: Neighbourhood) -> None:
    one = {"apiGroups": ["referee.dev"], "resources": ["evaluationjobs"], "resourceNames": ["mine"], "verbs": ["get"]}
    person = await here.people.identify(bearer(await here.account("narrow", [one])))

    await here.people.require(person, "get", EVALUATION_JOBS, name="mine")
    with pytest.raises(Unknown):
        await here.people.require(person, "get", EVALUATION_JOBS, name="yours")


async def test_it_may_nothing_in_another_namespace(here: Neighbourhood) -> None:
    person = await here.people.identify(bearer(await here.account("ci", READER), "default"))

    assert person.tenant == "default"
    assert not await here.people.may(person, "list", EVALUATION_JOBS)


async def test_who_is_nobody(here: Neighbourhood) -> None:
    with pytest.raises(Unauthenticated, match="does not accept"):
        await here.people.identify(bearer("no-token-of-anybodys"))
    audiences = ["https://kubernetes.default.svc.cluster.local", "referee-adapter"]
    for wanted in (audiences[1:], audiences):
        token = await asyncio.to_thread(here.cluster.mint_token, here.namespace, "default", wanted)
        with pytest.raises(Unauthenticated, match="adapter's"):
            await here.people.identify(bearer(token))
    other = await asyncio.to_thread(here.cluster.mint_token, here.namespace, "default", ["vault"])
    with pytest.raises(Unauthenticated, match="does not accept"):
        await here.people.identify(bearer(other))


async def test_a_user_without_a_namespace_has_to_name_one(here: Neighbourhood) -> None:
    administrator = here.cluster.token
    if not administrator:
        pytest.skip("the administrator of KUBECONFIG has no token")

    with pytest.raises(Malformed) as refused:
        await here.people.identify(bearer(administrator))
    assert refused.value.message_code == "missing_tenant_header"
    assert (await here.people.identify(bearer(administrator, here.namespace))).tenant == here.namespace
    with pytest.raises(NotPermitted, match="does not serve the namespace kube-system"):
        await here.people.identify(bearer(administrator, "kube-system"))


async def test_a_token_whose_account_is_gone_is_nobodys(here: Neighbourhood, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API server itself believes a token for ten seconds; ours come on top, so they are cut short here."""
    monkeypatch.setattr(identities, "_KEEP", 0.1)
    token = await here.account("leaver")
    await here.people.identify(bearer(token))
    path = f"/api/v1/namespaces/{here.namespace}/serviceaccounts/leaver"
    await asyncio.to_thread(here.cluster.api.delete, path)

    assert "does not accept" in await here.until_nobody(token)


async def test_while_the_api_server_is_away_nobody_is_refused(here: Neighbourhood, proxy: FaultyProxy) -> None:
    token = await here.account("ci", READER)
    transport = Transport(proxy.credentials)
    people = People(Kube(transport), here.namespace.__eq__)

    proxy.fail(resource="selfsubjectreviews")
    with pytest.raises(Unavailable):
        await people.identify(bearer(token))
    person = await people.identify(bearer(token))
    proxy.fail(resource="selfsubjectaccessreviews", kind="reset")
    with pytest.raises(Unavailable):
        await people.require(person, "list", EVALUATION_JOBS)
    await people.require(person, "list", EVALUATION_JOBS)
    await transport.close()
