"""Results of promptfoo 0.123.1, as it wrote them for two prompts, an echoing provider and three tests."""

import json
from pathlib import Path
from typing import Any

import pytest

from referee.imports.imported import ImportedRun, ImportFailed
from referee.imports.promptfoo import runs

_FILE = Path(__file__).with_name("data") / "promptfoo.json"


@pytest.fixture
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text())
    return found


@pytest.fixture
def imported(document: dict[str, Any]) -> list[ImportedRun]:
    return list(runs(document, "promptfoo.json"))


def test_each_prompt_with_each_provider_is_a_run(imported: list[ImportedRun]) -> None:
    assert [(run.name, run.model, run.tool) for run in imported] == [
        ("capitals-tiny-prompt-1", "tiny", "promptfoo 0.123.1"),
        ("capitals-tiny-prompt-2", "tiny", "promptfoo 0.123.1"),
    ]


def test_the_tools_own_counts_come_out(imported: list[ImportedRun], document: dict[str, Any]) -> None:
    for run, prompt in zip(imported, document["results"]["prompts"], strict=True):
        assert _sum(run, "pass") == prompt["metrics"]["testPassCount"]
        assert _sum(run, "score of the assertions") == pytest.approx(prompt["metrics"]["score"])
        for name, total in prompt["metrics"]["namedScores"].items():
            assert _sum(run, name) == pytest.approx(total)


def test_a_test_is_the_same_question_under_every_prompt(imported: list[ImportedRun]) -> None:
    one, other = ([(s.id, s.input, s.target) for s in run.samples] for run in imported)
    assert one == other
    assert ("0", {"country": "France", "expected": "Paris"}, "Paris") in one


def test_a_provider_that_failed_is_no_failed_test(document: dict[str, Any]) -> None:
    entry = document["results"]["results"][0]
    entry |= {"failureReason": 2, "error": "503", "response": {}, "success": False, "score": 0}
    sample = next(s for run in runs(document, "x") for s in run.samples if s.error)
    assert (sample.error, sample.scores, sample.output) == (("infrastructure", "503"), [], None)


@pytest.mark.parametrize("given", [{}, {"results": []}, {"results": {"results": []}}])
def test_another_file_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ImportFailed, match="promptfoo eval -o"):
        list(runs(given, "x.json"))


def _sum(run: ImportedRun, evaluator: str) -> float:
    return sum(score.value or 0 for sample in run.samples for score in sample.scores if score.evaluator == evaluator)
