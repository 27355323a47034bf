"""The `evalhub` command of the published SDK against us, with nothing but an address and a token."""

import csv
import io
import json
import re
from pathlib import Path

import yaml

from tests.integration.evalhub.adapters import FAILS, HANGS, LINES
from tests.integration.evalhub.place import Place
from tests.integration.evalhub.programs import EVALHUB, Ran, evalhub, run

MODEL = ("--model-url", "http://model.example/v1")
BENCHMARKS = ("--provider", "lm_evaluation_harness", "-b", "arc_easy", "-b", "gsm8k")
QUICKLY = ("--poll-interval", "0.5")


def job_of(ran: Ran) -> str:
    found = re.search(r"Job submitted: (\S+)", ran.said + ran.complained)
    assert found, ran
    return found[1]


def submitted(town: Place, directory: Path, model: str = "m", *words: str) -> Ran:
    name = ("--name", "from the shell", "--model-name", model)
    return evalhub(town, directory, "eval", "run", *name, *MODEL, *BENCHMARKS, *words, *QUICKLY)


def test_health(town: Place, tmp_path: Path) -> None:
    ran = evalhub(town, tmp_path, "health")

    assert ran.code == 0, ran
    assert "healthy" in ran.said


def test_a_job_that_is_waited_for_and_everything_about_it(town: Place, tmp_path: Path) -> None:
    ran = submitted(town, tmp_path, "m", "--wait")
    assert ran.code == 0, ran
    assert "finished with state: completed" in ran.said
    job = job_of(ran)

    status = evalhub(town, tmp_path, "eval", "status", job, "--format", "json")
    assert status.code == 0, status
    assert json.loads(status.said)[0]["status"]["state"] == "completed"

    results = evalhub(town, tmp_path, "eval", "results", job, "--format", "csv")
    assert results.code == 0, results
    table = csv.reader(io.StringIO(results.said))
    rows = [row for row in table if "acc" in row]
    assert {cell for row in rows for cell in row} >= {"arc_easy", "gsm8k", "0.75"}

    logs = evalhub(town, tmp_path, "eval", "logs", job)
    assert logs.code == 0, logs
    assert logs.said.count(LINES[-1]) == 2
    assert "benchmark_id=arc_easy" in logs.said

    listed = evalhub(town, tmp_path, "eval", "status", "--status", "completed")
    assert job in listed.said, listed


def test_a_job_that_failed_ends_the_wait_with_1(town: Place, tmp_path: Path) -> None:
    ran = submitted(town, tmp_path, FAILS, "--wait")

    assert ran.code == 1, ran
    assert "finished with state: failed" in ran.said


def test_a_job_that_is_watched_shows_its_log_once(town: Place, tmp_path: Path) -> None:
    ran = submitted(town, tmp_path, "m", "--watch")

    assert ran.code == 0, ran
    assert [ran.said.count(line) for line in LINES] == [2] * len(LINES)


def test_a_job_is_cancelled(town: Place, tmp_path: Path) -> None:
    job = job_of(submitted(town, tmp_path, HANGS))

    cancelled = evalhub(town, tmp_path, "eval", "cancel", job, "--yes")
    assert cancelled.code == 0, cancelled

    watched = evalhub(town, tmp_path, "eval", "status", job, "--watch", *QUICKLY)
    assert "cancelled" in watched.said, watched
    again = evalhub(town, tmp_path, "eval", "cancel", "no-such-job", "--yes")
    assert again.code == 1
    assert "not found" in again.complained


def test_collections(town: Place, tmp_path: Path) -> None:
    listed = evalhub(town, tmp_path, "collections", "list")
    assert "healthcare_safety_v1" in listed.said, listed

    described = evalhub(town, tmp_path, "collections", "describe", "healthcare_safety_v1")
    assert described.code == 0, described
    assert "medqa_4options" in described.said

    options = (*MODEL, "--model-name", "m", "--wait", *QUICKLY)
    ran = evalhub(town, tmp_path, "collections", "run", "healthcare_safety_v1", *options)
    assert ran.code == 0, ran
    assert "completed" in ran.said


def test_providers(town: Place, tmp_path: Path) -> None:
    listed = evalhub(town, tmp_path, "providers", "list")
    assert all(id_ in listed.said for id_ in ("lm_evaluation_harness", "lighteval", "garak", "guidellm")), listed

    described = evalhub(town, tmp_path, "providers", "describe", "lm_evaluation_harness", "--format", "json")
    assert described.code == 0, described
    assert "hellaswag" in described.said


def test_a_provider_is_made_changed_and_deleted(town: Place, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    benchmark = {"id": "b", "name": "B", "category": "math", "metrics": ["acc"]}
    file.write_text(yaml.safe_dump({"name": "mine", "title": "Mine", "benchmarks": [benchmark]}))

    made = evalhub(town, tmp_path, "providers", "create", "--file", str(file))
    assert made.code == 0, made
    found = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", made.said)
    assert found, made
    file.write_text(yaml.safe_dump({"title": "Other"}))
    patched = evalhub(town, tmp_path, "providers", "patch", found[0], "--file", str(file))
    assert patched.code == 0, patched
    assert "Other" in evalhub(town, tmp_path, "providers", "describe", found[0], "--format", "json").said
    assert evalhub(town, tmp_path, "providers", "delete", found[0], "--yes").code == 0


def test_what_is_not_installed_is_said_in_one_line(town: Place, tmp_path: Path) -> None:
    name = ("--name", "n", "--model-name", "m", *MODEL)
    ran = evalhub(town, tmp_path, "eval", "run", *name, "--provider", "garak", "-b", "toxicity")

    assert ran.code == 1
    assert ran.complained.startswith("Error: Server error (400): The provider 'garak' is known")
    assert ran.complained.count("\n") == 1


def test_a_profile_says_where_and_who(town: Place, tmp_path: Path) -> None:
    for name, value in {"base_url": town.url, "token": town.token, "tenant": town.tenant}.items():
        done = run(EVALHUB, "config", "set", name, value, environment={}, directory=tmp_path)
        assert done.code == 0, done

    ran = run(EVALHUB, "eval", "status", environment={}, directory=tmp_path)

    assert ran.code == 0, ran
