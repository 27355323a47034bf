"""A namespace with an operator, a double of the kubelet, and a user who gets there in one of two ways."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.cli.backends import Backend, backend
from tests.integration.operator.conftest import _definitions, operator, team
from tests.integration.operator.team import Team

__all__ = ["_definitions", "operator", "team"]


@pytest.fixture(params=["cluster", "gateway"])
async def user(request: pytest.FixtureRequest, team: Team, tmp_path: Path) -> AsyncIterator[Backend]:
    """A user of the team's namespace."""
    async with backend(request.param, team.cluster, team.namespace, tmp_path) as made:
        yield made
