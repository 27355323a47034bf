"""A stub endpoint and a bench, for each test its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.lm_eval.adapter import Bench
from tests.contract.lm_eval.stub import Stub, serving


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as running:
        yield running


@pytest.fixture
def bench(stub: Stub, tmp_path: Path) -> Bench:
    return Bench(tmp_path / "run", stub)
