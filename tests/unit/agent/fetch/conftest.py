"""Fixtures of the fetcher's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.agent.fetch.web import Web, serving
from tests.unit.agent.fetch.world import Fetcher


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    return Fetcher(tmp_path)


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running
