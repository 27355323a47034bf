"""Fixtures of the adapter SDK's tests."""

from collections.abc import Iterator

import pytest

from tests.unit.adapter.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running
