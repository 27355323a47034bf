"""What is imported is a run like any other: results, differences and a dataset to evaluate again."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from referee.api.evaluationjob import EvaluationJob
from referee.cli.main import cli
from referee.cli.views.directory import read_directory
from referee.core.evaluation.datapoint import FIELDS

_FILE = Path(__file__).with_name("data") / "promptfoo.json"


def _referee(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = _referee("import", "promptfoo", _FILE, "-o", tmp_path)
    assert found.exit_code == 0, found.output
    assert found.stdout.splitlines() == [str(tmp_path / f"capitals-tiny-prompt-{n}") for n in (1, 2)]
    return tmp_path


def test_its_figures_have_intervals_and_n(root: Path) -> None:
    job = EvaluationJob.model_validate(read_directory(root / "capitals-tiny-prompt-1").job)
    told = {e.name: (e.value, e.n, e.method) for e in job.status.evaluators}
    assert told["pass"] == (1 / 3, 3, "Wilson")
    assert told["brevity"][:2] == (0.375, 2)


def test_it_is_complete_without_a_verdict(root: Path) -> None:
    found = _referee("results", root / "capitals-tiny-prompt-1", "--exit-code")
    assert (found.exit_code, "there is no verdict" in found.stdout) == (0, True)


def test_two_of_them_are_compared(root: Path) -> None:
    found = _referee(
        *("diff", root / "capitals-tiny-prompt-1", root / "capitals-tiny-prompt-2", "--regressed", "--format", "json")
    )
    told = json.loads(found.stdout)
    assert (told["matched"], told["unmatched"]) == (3, 0)
    assert all(sample["change"] < 0 for sample in told["samples"])


def test_it_can_be_read_as_a_report(root: Path) -> None:
    page = _referee("results", root / "capitals-tiny-prompt-1", "--format", "html").stdout
    assert "tiny, imported from promptfoo 0.123.1" in page
    assert "<script>" not in page


def test_its_outputs_are_a_dataset(root: Path) -> None:
    lines = (root / "capitals-tiny-prompt-1" / "recorded.jsonl").read_text().splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert all(row.keys() <= set(FIELDS) and row["output"] for row in rows)
    assert {row["id"] for row in rows} == {"0", "1", "2"}


def test_the_same_file_gives_the_same_run_and_the_earlier_one_is_kept(root: Path) -> None:
    before = read_directory(root / "capitals-tiny-prompt-1").job["metadata"]["uid"]
    assert _referee("import", "promptfoo", _FILE, "-o", root).exit_code == 0
    assert read_directory(root / "capitals-tiny-prompt-1").job["metadata"]["uid"] == before
    assert len(list(root.glob("capitals-tiny-prompt-1@*"))) == 1


@pytest.mark.parametrize(
    ("tool", "text", "said"),
    [
        ("promptfoo", "{", "cannot be read"),
        ("inspect", "[]", "must be a JSON object"),
        ("inspect", "{}", "is no log of Inspect"),
        ("lm-eval", "{}", "has no results"),
    ],
)
def test_what_cannot_be_imported_is_said(tmp_path: Path, tool: str, text: str, said: str) -> None:
    (tmp_path / "file.json").write_text(text, encoding="utf-8")
    found = _referee("import", tool, tmp_path / "file.json", "-o", tmp_path / "out")
    assert (found.exit_code, said in found.stderr) == (2, True), found.output


def test_a_binary_log_of_inspect_is_to_be_converted(tmp_path: Path) -> None:
    (tmp_path / "log.eval").write_bytes(b"PK")
    assert "inspect log convert" in _referee("import", "inspect", tmp_path / "log.eval").stderr
