"""Fixtures of the agent's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.agent.gateway import LittleGateway, little_gateway
from tests.unit.agent.world import Pod


@pytest.fixture
def gateway() -> Iterator[LittleGateway]:
    with little_gateway() as running:
        yield running


@pytest.fixture
def pod(tmp_path: Path, gateway: LittleGateway) -> Iterator[Pod]:
    pod = Pod(tmp_path, gateway.url)
    try:
        yield pod
    finally:
        pod.stop()
