"""`referee results DIRECTORY`: a run on this machine in every format, written whole or not at all."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from referee.cli.main import cli
from tests.unit.cli.results.directories import results_directory
from tests.unit.report.runs import records

_SIMPLE = [r | {"input": f"question {n}", "output": "Paris"} for n, r in enumerate(records(12)) if "error" not in r]


def _referee(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return results_directory(tmp_path, samples=_SIMPLE)


def test_every_sample_is_a_line_with_its_scores(run: Path) -> None:
    found = _referee("results", run, "--format", "jsonl")
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert [line["sample_id"] for line in lines] == [sample["sample_id"] for sample in _SIMPLE]
    assert [score["evaluator"] for score in lines[0]["scores"]] == ["exact", "judge", "latency", "tone"]


def test_csv_has_a_line_for_each_sample(run: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(_referee("results", run, "--format", "csv").stdout)))
    assert [row["sample_id"] for row in rows] == [sample["sample_id"] for sample in _SIMPLE]
    assert (rows[0]["exact"], rows[0]["tone"], rows[9]["judge:outcome"]) == ("1", "kind", "unscored")


def test_junit_has_a_suite_for_each_evaluator_and_the_gates(run: Path, tmp_path: Path) -> None:
    _referee("results", run, "-o", tmp_path / "junit.xml")
    suites = {suite.get("name"): suite for suite in ET.parse(tmp_path / "junit.xml").getroot()}  # noqa: S314 - ours
    assert suites.keys() == {"run", "exact", "judge", "tone", "latency", "gates"}
    assert (suites["gates"].get("failures"), suites["gates"].get("errors")) == ("1", "1")
    assert suites["judge"].get("skipped") == "1"


def test_figures_have_a_row_for_each_measure_with_its_uncertainty(run: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(_referee("results", run, "--format", "figures").stdout)))
    assert [(row["metric"], row["measure"]) for row in rows] == [
        *(("", ""), ("exact", "Mean"), ("judge", "Mean"), ("judge", "PassRate"))
    ]
    assert (rows[1]["value"], rows[1]["ciLow"], rows[1]["method"], rows[1]["n"]) == ("0.66", "0.53", "Wilson", "56")


def test_json_has_what_the_adapter_reported(run: Path) -> None:
    found = json.loads(_referee("results", run, "--format", "json").stdout)
    assert found["verdict"]["result"] == "Fail"
    assert found["benchmarks"][0]["result"]["evaluators"][0]["name"] == "exact"


def test_the_format_follows_from_the_name_of_the_file(run: Path, tmp_path: Path) -> None:
    found = _referee("results", run, "-o", tmp_path / "report.html")
    assert (found.exit_code, found.stdout, found.stderr) == (0, "", f"written: {tmp_path / 'report.html'}\n")
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")


def test_a_report_shows_the_baseline_where_its_results_are_beside_it(run: Path, tmp_path: Path) -> None:
    assert "Samples that got worse" not in _referee("results", run, "--format", "html").stdout
    better = [sample | {"scores": [score | {"value": 1} for score in sample["scores"][:1]]} for sample in _SIMPLE]
    results_directory(tmp_path, "capitals-v1", better)
    assert "Samples that got worse" in _referee("results", run, "--format", "html").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            ("-o", "json"), "-o json: is the file to write; the format is --format json", id="kubectl's habit"
        ),
        pytest.param(("-o", "/nowhere/x.json"), "/nowhere/x.json: cannot be written: No such file", id="no such place"),
        pytest.param(("--against", "./nobody"), "nobody/evaluationjob.yaml: No such file", id="nothing beside it"),
    ],
)
def test_what_cannot_be_done_is_said(run: Path, arguments: tuple[str, ...], said: str) -> None:
    found = _referee("results", run, "--format", "html", *arguments)
    assert (found.exit_code, said in found.stderr) == (2, True), found.stderr


def test_the_directory_above_names_the_runs_in_it(run: Path) -> None:
    found = _referee("results", run.parent)
    assert f"name one of {run}" in found.stderr


def test_a_file_is_there_whole_or_not_at_all(run: Path, tmp_path: Path) -> None:
    (run / "0-1" / "result.json").write_text("{", encoding="utf-8")
    (tmp_path / "kept.json").write_text("before", encoding="utf-8")
    found = _referee("results", run, "-o", tmp_path / "kept.json")
    assert (found.exit_code, (tmp_path / "kept.json").read_text()) == (2, "before")
    assert "result.json: cannot be read" in found.stderr


def test_with_exit_code_it_ends_as_the_job_did(run: Path) -> None:
    assert _referee("results", run, "--format", "json").exit_code == 0
    assert _referee("results", run, "--format", "json", "--exit-code").exit_code == 1
