"""Programs and snippets that the SDK's authors publish, pasted: nothing in them is changed, and all of them work."""

import json
import re
import sys
from pathlib import Path

from tests.integration.evalhub.adapters import LINES
from tests.integration.evalhub.forwarding import forwarding
from tests.integration.evalhub.place import Place
from tests.integration.evalhub.programs import run
from tests.testbed.published import published_sdk, readme_snippets

_CLIENT = re.compile(r"\b(Sync|Async)?EvalHubClient\(")


def snippets() -> list[str]:
    """The README's blocks that make a client."""
    return [snippet for snippet in readme_snippets() if _CLIENT.search(snippet)]


def job(town: Place, name: str) -> None:
    """As kubectl makes one."""
    benchmark = {"provider": "lm_evaluation_harness", "id": "arc_easy"}
    spec = {"model": {"url": "http://model.example/v1", "name": "m"}, "benchmarks": [benchmark]}
    manifest = {"apiVersion": "referee.dev/v1alpha1", "kind": "EvaluationJob", "metadata": {"name": name}, "spec": spec}
    town.apply(manifest, town.tenant)


def test_client_usage(town: Place, tmp_path: Path) -> None:
    with forwarding(town.url, town.headers) as environment:
        program = published_sdk() / "examples" / "client_usage.py"
        ran = run(sys.executable, program, environment=environment, directory=tmp_path)

    assert ran.code == 0, ran
    assert "✗" not in ran.said, ran.said
    assert re.search(r"Found [1-9]\d* math benchmarks", ran.said), ran.said
    assert "All examples completed!" in ran.said


def test_watch_job_logs(town: Place, tmp_path: Path) -> None:
    job(town, "watched")
    options = ("--base-url", town.url, "--token", town.token, "--tenant", town.tenant, "--poll-interval", "0.5")

    program = published_sdk() / "examples" / "watch_job_logs.py"
    ran = run(sys.executable, program, "watched", *options, environment={}, directory=tmp_path)

    assert ran.code == 0, ran
    assert [ran.said.count(line) for line in LINES] == [1] * len(LINES)
    assert "Job finished with state" in ran.complained


def test_the_readmes_snippets_run_as_pasted(town: Place, tmp_path: Path) -> None:
    found = snippets()
    assert found
    job(town, "job-id")  # theirs

    with forwarding(town.url, town.headers) as environment:
        for snippet in found:
            ran = run(sys.executable, "-c", snippet, environment=environment, directory=tmp_path)
            assert ran.code == 0, ran
            assert [ran.said.count(line) for line in LINES] == [1] * len(LINES)


def test_what_kubectl_made_and_rest_shows_is_one_object(town: Place) -> None:
    job(town, "by-kubectl")

    with town.http() as client:
        shown = client.get("/evaluations/jobs/by-kubectl").raise_for_status().json()
        listed = client.get("/evaluations/jobs").raise_for_status().json()["items"]

    assert shown["resource"]["id"] == "by-kubectl"
    assert "by-kubectl" in {one["resource"]["id"] for one in listed}, json.dumps(listed)[:500]
