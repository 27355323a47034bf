"""`referee run --dry-run`, `--limit` and `--show-prompts`: nothing is called, and what would be refused is refused."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from click.testing import CliRunner, Result

from referee.cli.main import cli

_JOB = """
apiVersion: referee.dev/v1alpha1
kind: EvaluationJob
metadata: {{name: capitals}}
spec:
  model:
    url: "{url}"
    name: tiny
    parameters: {{max_tokens: 16}}
    pricing: {{inputPerMillion: 1, outputPerMillion: 2}}
  evaluation:
    dataset:
      inline:
      - {{id: fr, input: {{country: France}}, target: Paris}}
      - {{id: es, input: {{country: Spain}}, target: Madrid}}
      - {{id: pe, input: {{country: Peru}}, target: Lima}}
    prompt: {{messages: [{{role: user, content: "Capital of {{{{ {placeholder} }}}}?"}}]}}
    evaluators:
    - {{name: exact, type: {evaluator}, score: {{type: Boolean}}, passCriteria: {{threshold: 0.9}}}}
    - {{name: kind, type: LLM, llm: {{rubric: "Kind?", votes: 3}}, score: {{type: Boolean}}, weight: 0}}
"""
_GRADER = "Grader, grader: {stringCheck: {}}"
_CODE = "Code, code: {source: 'def main(i): return True'}"


class _Endpoint(BaseHTTPRequestHandler):
    calls: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.calls.append(self.path)
        self.send_error(500)

    do_GET = do_POST  # noqa: N815 - its name


@pytest.fixture
def url() -> Iterator[str]:
    _Endpoint.calls.clear()
    with HTTPServer(("127.0.0.1", 0), _Endpoint) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
    assert _Endpoint.calls == []


def _dry_run(
    place: Path, url: str, *arguments: str, placeholder: str = "input.country", evaluator: str = _GRADER
) -> Result:
    file, results = place / "job.yaml", place / "results"
    file.write_text(_JOB.format(url=url, placeholder=placeholder, evaluator=evaluator), encoding="utf-8")
    found = CliRunner().invoke(cli, ["run", str(file), "--dry-run", "--results", str(results), *arguments])
    assert not results.exists()
    return found


def test_it_shows_the_plan_the_first_prompt_and_what_it_takes(tmp_path: Path, url: str) -> None:
    found = _dry_run(tmp_path, url)
    assert found.exit_code == 0, found.output
    assert [line.split() for line in found.stdout.splitlines() if line.startswith(" exact")] == [
        ["exact", "Grader", "Boolean", "1", "Mean", "≥", "0.9"]
    ]
    assert found.stdout.count("sample ") == 1
    assert '"content": "Capital of France?"' in found.stdout
    assert "3 samples: 3 requests of the model" in found.stdout
    assert "kind: 9 requests of its judge" in found.stdout
    assert "at most about 0.0002 USD" in found.stdout


def test_a_limit_is_of_the_samples_and_of_the_prompts(tmp_path: Path, url: str) -> None:
    found = _dry_run(tmp_path, url, "--limit", "2")
    assert "2 samples: 2 requests of the model" in found.stdout
    assert ("Spain" in found.stdout, "Peru" in found.stdout) == (True, False)


def test_an_unknown_placeholder_is_found_before_anything_is_called(tmp_path: Path, url: str) -> None:
    found = _dry_run(tmp_path, url, placeholder="inptu.country")
    assert (found.exit_code, "did you mean 'input'?" in found.stderr) == (2, True), found.stderr


def test_code_needs_a_word_of_whoever_runs_it(tmp_path: Path, url: str) -> None:
    without, with_it = (
        _dry_run(tmp_path, url, evaluator=_CODE),
        _dry_run(tmp_path, url, "--allow-code", evaluator=_CODE),
    )
    assert (without.exit_code, "--allow-code" in without.stderr) == (2, True), without.stderr
    assert with_it.exit_code == 0, with_it.stderr
