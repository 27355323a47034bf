"""Arguments that cannot be used: told at once, with the remedy, and exit code 2."""

import subprocess
import sys
from pathlib import Path

import pytest

from referee.cli import main as command
from tests.unit.local.world import Document, a_job, keyed, write


def _call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["referee", *arguments])
    with pytest.raises(SystemExit) as ended:
        command.main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["run"], "Missing argument 'FILE...'", id="no file"),
        pytest.param(
            ["run", "x.yaml", "-o", "xml"], "'xml' is not one of 'table', 'json', 'yaml'", id="no such output"
        ),
        pytest.param(["nope"], "No such command 'nope'", id="no such command"),
        pytest.param(["run", "missing.yaml"], "missing.yaml: No such file or directory", id="no such file"),
        pytest.param(
            ["run", "missing.yaml", "--model-url", "localhost:8899"],
            "--model-url: 'localhost:8899' is no http address; for example http://127.0.0.1:8899/v1",
            id="an address without a scheme",
        ),
    ],
)
def test_wrong_arguments(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert _call(monkeypatch, *arguments) == 2
    assert said in capsys.readouterr().err


def test_files_without_a_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, keyed("ConfigMap", "items"))
    assert _call(monkeypatch, "run", str(path)) == 2
    assert f"Error: {path}: no EvaluationJob in it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("jobs", "said"),
    [
        pytest.param([a_job([["complete", 1]], suspend=True)], "spec.suspend: is set", id="waits for an edit"),
        pytest.param(
            [
                a_job([["complete", 1]]),
                {**a_job([["complete", 1]]), "metadata": {"name": "capitals", "namespace": "b"}},
            ],
            "stands in several namespaces",
            id="one name twice",
        ),
    ],
)
def test_a_job_that_cannot_be_done_here(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    jobs: list[Document],
    said: str,
) -> None:
    path = write(tmp_path, *jobs)
    assert _call(monkeypatch, "run", str(path)) == 2
    assert f"Error: EvaluationJob capitals: {said}" in capsys.readouterr().err


def test_a_crash_is_not_taken_for_a_failed_gate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("referee.cli.run.run_files", lambda _: 1 / 0)
    assert _call(monkeypatch, "run", "x.yaml") == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["referee", "version"])
    command.main()
    assert capsys.readouterr().out == "referee 0.1.0\n"


def test_help_imports_nothing_that_it_does_not_need() -> None:
    """Counted in modules and not in seconds: those depend on what else the machine does."""
    script = "import sys; from referee.cli import main; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.split()
    assert not {"pydantic", "yaml", "rich", "asyncio", "fastapi", "kopf", "kubernetes"} & set(loaded)
