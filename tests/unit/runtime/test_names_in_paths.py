"""A name is one segment of a path, or there is no path: it cannot become a query, another object or a list."""

import pytest

from referee.runtime.errors import NoSuchName, NotFound
from referee.runtime.kube import Kube
from referee.runtime.paths import EVALUATION_JOBS, PROVIDERS, SERVICE_ACCOUNTS
from tests.fakeapi.server import FakeApi

STRANGE = ["?limit=0", "#", "a b", "a&b", "ü", "a\\b", "a;b", "a+b", "\ud800"]
IMPOSSIBLE = ["", ".", "..", "a/b", "../providers", "a/status", "/", "%2e%2e", "a%2Fstatus", "%"]


@pytest.mark.parametrize("name", STRANGE)
async def test_a_name_that_nobody_has_is_asked_for_as_it_is(api: FakeApi, kube: Kube, name: str) -> None:
    with pytest.raises(NotFound) as caught:
        await kube.get(PROVIDERS.one("ns", name))

    assert not isinstance(caught.value, NoSuchName)
    assert api.counted() == {("get", "providers"): 1}


@pytest.mark.parametrize("name", ["system:admin", "a+b", "a b", "ü"])
async def test_an_object_with_a_strange_name_is_found_under_it(api: FakeApi, kube: Kube, name: str) -> None:
    api.add(PROVIDERS, {"metadata": {"name": name}})

    assert (await kube.get(PROVIDERS.one("ns", name)))["metadata"]["name"] == name


@pytest.mark.parametrize("name", IMPOSSIBLE)
async def test_what_is_no_segment_has_no_path(name: str) -> None:
    with pytest.raises(NoSuchName, match="is no name"):
        PROVIDERS.one("ns", name)
    with pytest.raises(NoSuchName, match="is no name"):
        PROVIDERS.one(name, "p")
    with pytest.raises(NoSuchName, match="is no name"):
        PROVIDERS.all(name)


async def test_a_namespace_is_quoted_too() -> None:
    assert SERVICE_ACCOUNTS.one("a?b", "c#", "token") == "/api/v1/namespaces/a%3Fb/serviceaccounts/c%23/token"


async def test_what_is_asked_for_is_not_taken_for_a_query(api: FakeApi, kube: Kube) -> None:
    api.add(EVALUATION_JOBS, {"metadata": {"name": "secret"}})

    with pytest.raises(NotFound):
        await kube.get(EVALUATION_JOBS.one("ns", "?limit=0"))
    assert await kube.get(EVALUATION_JOBS.one("ns", "secret"))
