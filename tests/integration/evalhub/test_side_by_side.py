"""The same requests to the published EvalHub server and to us: what differs is listed, and explained."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.integration.evalhub.asking import Ask, Ours, Theirs
from tests.integration.evalhub.catalogue_rows import COLLECTIONS, DUO, HEALTH, PROVIDERS, TOY
from tests.integration.evalhub.event_rows import ENDS, EVENTS, LOGS
from tests.integration.evalhub.files import collection, provider
from tests.integration.evalhub.job_rows import REFUSED, TAKEN
from tests.integration.evalhub.listed import DIFFERENCES, Difference
from tests.integration.evalhub.oracle import published_server
from tests.integration.evalhub.place import Place, place
from tests.integration.evalhub.shapes import differences
from tests.integration.operator.team import Team
from tests.testbed.cluster import Cluster
from tests.testbed.kubelet_double import KubeletDouble
from tests.testbed.kubelet_logs import KubeletLogs

ROWS = (*HEALTH, *PROVIDERS, *COLLECTIONS, *REFUSED, *TAKEN, *EVENTS, *LOGS, *ENDS)


@pytest.fixture(scope="module")
def found(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """By row, what differed."""
    directory = tmp_path_factory.mktemp("compared")
    catalogue = {"providers": [TOY], "collections": [DUO]}
    with (
        published_server(directory / "theirs", catalogue) as url,
        place(cluster, directory, [provider(TOY), collection(DUO)]) as here,
    ):
        yield asyncio.run(_compare(here, url, directory))


async def _compare(here: Place, url: str, directory: Path) -> dict[str, list[str]]:
    async with (
        KubeletDouble(here.cluster) as kubelet,
        KubeletLogs(kubelet, directory / "kubelet") as logs,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as their_client,
        httpx.AsyncClient(base_url=here.url, trust_env=False, timeout=30) as our_client,
    ):
        theirs = Theirs(their_client, here.tenant)
        ours = Ours(our_client, here, Team(here.cluster, here.tenant, kubelet), logs)
        return {row.id: differences(await theirs.ask(row), await ours.ask(row)) for row in ROWS}


def test_every_row_has_a_name_of_its_own() -> None:
    names = [row.id for row in ROWS]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_what_differs_is_listed_and_nothing_else_does(row: Ask, found: dict[str, list[str]]) -> None:
    unlisted = [one for one in found[row.id] if not any(listed.covers(row.id, one) for listed in DIFFERENCES)]

    assert unlisted == []


@pytest.mark.parametrize("listed", DIFFERENCES, ids=lambda listed: listed.title)
def test_what_is_listed_is_still_so(listed: Difference, found: dict[str, list[str]]) -> None:
    for pattern in listed.found:
        single = replace(listed, found=(pattern,))
        assert any(single.covers(row, one) for row, every in found.items() for one in every), pattern
