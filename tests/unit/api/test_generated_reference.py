"""The reference pages are what the models say, and say something of every field and every word."""

import re
from pathlib import Path

import pytest

from referee.api.conditions import ConditionType, Reason
from referee.api.reference import files

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def test_the_pages_are_as_the_models_make_them() -> None:
    assert {path.name: path.read_text() for path in REFERENCE.glob("*.md")} == files(), "run `make docs`"


@pytest.mark.parametrize("page", files())
def test_every_row_has_a_meaning(page: str) -> None:
    rows = [line for line in files()[page].splitlines() if line.startswith("| `")]

    assert rows
    assert [row for row in rows if row.endswith("|  |")] == []


@pytest.mark.parametrize("page", files())
def test_every_link_leads_somewhere(page: str) -> None:
    text = files()[page]
    sections = {line.removeprefix("## ").lower() for line in text.splitlines() if line.startswith("## ")}

    targets = re.findall(r"\]\((?:([\w.]+\.md)|#(\w+))\)", text)

    assert {anchor for _, anchor in targets if anchor} <= sections
    assert {other for other, _ in targets if other} <= files().keys()


def test_every_condition_and_reason_is_on_its_page() -> None:
    words = set(re.findall(r"^\| `(\w+)`", files()["conditions.md"], re.MULTILINE))

    assert words == {*ConditionType, *Reason}


def test_the_kinds_show_rules_defaults_and_bounds() -> None:
    page = files()["evaluationjob.md"]

    assert "| `parallelism` | integer | `4` | 1 to 64 |" in page
    assert "| `confidence` | number | `0.95` | more than 0.5 and less than 1 |" in page
    assert "| `url` | string | required | 8 to 2048 characters, matches `^https?://[^\\s]+$` |" in page
    assert "- exactly one of benchmarks, collection, evaluation must be set" in page
    assert "- fixed at creation: `spec.displayName`" in page
