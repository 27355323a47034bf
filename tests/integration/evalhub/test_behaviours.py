"""Nothing that users of EvalHub rely on is without a test."""

import re
from pathlib import Path

import pytest

from tests.integration.evalhub.behaviours import BEHAVIOURS, Behaviour

TESTS = Path(__file__).parents[2]


def test_there_are_fifty() -> None:
    assert len(BEHAVIOURS) == 50


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: f"{behaviour.number} {behaviour.sentence}")
def test_it_is_shown(behaviour: Behaviour) -> None:
    assert behaviour.shown_by
    assert [shown for shown in behaviour.shown_by if not exists(shown)] == []


def exists(shown: str) -> bool:
    file, _, name = shown.partition("::")
    path = TESTS / file
    return path.exists() and (not name or re.search(rf"def {name}\(", path.read_text()) is not None)
