"""Every command as a user types it, with an operator at work, against a cluster and against a gateway."""

import csv
import io
import json
import re
from typing import Any

import pytest
import yaml

from tests.integration.cli.backends import Backend, Running, until
from tests.integration.operator.team import RESULT, Team

pytestmark = pytest.mark.usefixtures("operator")

GATED: dict[str, Any] = {"id": "b0", "provider": "p", "passCriteria": {"threshold": 0.5}}


def manifest(name: str = "run", benchmarks: list[dict[str, Any]] | None = None, **spec: Any) -> bytes:
    document = {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "EvaluationJob",
        "metadata": {"name": name},
        "spec": {
            "displayName": "the nightly one",
            "model": {"url": "http://m:8000/v1", "name": "m"},
            "benchmarks": benchmarks or [GATED],
            "backoffLimit": 0,
            **spec,
        },
    }
    return yaml.safe_dump(document).encode()


def result(value: float) -> dict[str, Any]:
    return {**RESULT, "metrics": [{"name": "acc", "value": value, "n": 100, "type": "Boolean"}]}


async def finish(team: Team, value: float = 0.75, **which: Any) -> None:
    """The adapter of a benchmark does its work."""
    pod = await team.starts(**which)
    await team.reports(result=result(value), **which)
    await team.kubelet.succeed(pod)


async def submitted(user: Backend, name: str = "run", **spec: Any) -> None:
    done = await user.referee("submit", "-f", "-", stdin=manifest(name, **spec))
    assert (done.code, done.out) == (0, f"{name}\n"), done.err


OUTCOMES: dict[str, tuple[float | None, dict[str, Any], int, str]] = {
    "passed": (0.75, {"threshold": 0.5}, 0, "Passed: "),
    "failed": (0.25, {"threshold": 0.5}, 1, "Failed: "),
    "broken": (None, {"threshold": 0.5}, 2, "Could not run: "),
    "undecided": (0.75, {"threshold": 0.5, "minN": 1000}, 3, "Undecided: "),
}
"""The adapter's value, the criteria, the exit code, the conclusion."""


async def test_what_is_waited_for_ends_with_the_exit_code_of_its_outcome(user: Backend, team: Team) -> None:
    waiting: dict[str, Running] = {}
    for name, (_, criteria, _, _) in OUTCOMES.items():
        benchmark = {"id": "b0", "provider": "p", "passCriteria": criteria}
        waiting[name] = await user.start("submit", "-f", "-", "--wait", stdin=manifest(name, [benchmark]))
    for name, (value, _, code, conclusion) in OUTCOMES.items():
        await waiting[name].says(f"submitted {name}")
        if value is None:
            await team.kubelet.fail(await team.starts(name=name), exit_code=3)
        else:
            await finish(team, value, name=name)

        ended = await waiting[name].ends()

        assert (ended.code, ended.err) == (code, f"submitted {name}\n")
        assert any(line.startswith(conclusion) for line in ended.out.splitlines()), ended.out
        again = await user.referee("results", name, "--exit-code")
        assert (again.code, again.out) == (code, ended.out)


async def test_a_run_is_shown_in_lines_where_there_is_no_terminal(user: Backend, team: Team) -> None:
    running = await user.start("submit", "-f", "-", "--watch", stdin=manifest(tags=["a", "b"]))
    await running.says("submitted run")
    pod = await team.starts()
    await running.says("b0: running")
    await team.reports(result=result(0.75))
    await team.kubelet.succeed(pod)

    ended = await running.ends()

    said = re.sub(r"^\d\d:\d\d ", "", ended.err, flags=re.MULTILINE).splitlines()
    assert said == ["submitted run", "b0: running", "BenchmarkCompleted: p/b0: acc 0.75"]
    assert [line.rstrip() for line in ended.out.splitlines() if line.strip()] == [
        "run: m at http://m:8000/v1",
        " benchmark   metric   value ± stderr   95 % CI                   n   errors   gate",
        " ──────────────────────────────────────────────────────────────────────────────────────────────",
        " b0          acc      0.750 ± 0.044    [0.657, 0.825] Wilson   100        0   Pass: 0.750 ≥ 0.5",
        "Passed: Every required gate passed.",
        "Results: referee results run",
    ]
    late = await user.referee("watch", "run")
    assert (late.code, late.out) == (0, ended.out)
    assert "BenchmarkCompleted: p/b0: acc 0.75" in late.err
    await _jobs_are_listed_as_a_table_and_as_data(user)
    await _results_as_data_have_every_metric_with_its_uncertainty(user)


async def test_an_interrupted_watch_leaves_the_job_running(user: Backend, team: Team) -> None:
    await submitted(user)
    running = await user.start("watch", "run")
    await team.starts()
    await running.says("b0: running")

    running.interrupt()
    ended = await running.ends()

    assert ended.code == 130
    assert ended.err.endswith(
        "run goes on without you: `referee watch run` follows it again, `referee cancel run` ends it\n"
    )
    assert (await team.phase("Running"))["phase"] == "Running"
    seen = await user.referee("results", "run", "--exit-code")
    assert (seen.code, "Not finished: Running, 0 of 1 benchmarks are." in seen.out) == (3, True)
    refused = await user.referee("rerun", "run")
    assert (refused.code, "wait for its end" in refused.err) == (2, True)


async def test_a_job_that_waits_says_why(user: Backend, team: Team) -> None:
    await submitted(user, benchmarks=[{"id": "b0", "provider": "nobody"}])
    running = await user.start("watch", "run")
    await running.says("ProviderNotFound: ")
    await team.call("DELETE", team.path("evaluationjobs", "run"))
    ended = await running.ends()
    assert (ended.code, ended.err.splitlines()[-1]) == (2, "Error: run: was deleted")


async def _jobs_are_listed_as_a_table_and_as_data(user: Backend) -> None:
    table = (await user.referee("get")).out
    assert re.search(r"name +display name +model +phase +done +% +score +verdict +age", table)
    assert re.search(r"run +the nightly one +m +Completed +1/1 +100 +0.750 ± 0.044 +Pass +\d+[sm]", table)
    assert "AllGatesPassed" in (await user.referee("get", "run", "-o", "wide")).out

    (row,) = csv.DictReader(io.StringIO((await user.referee("get", "-o", "csv")).out))
    assert (row["name"], row["score"], row["verdict"], row["tags"]) == ("run", "0.75", "Pass", "a b")
    one = json.loads((await user.referee("get", "run", "-o", "json")).out)
    many = yaml.safe_load((await user.referee("get", "-o", "yaml")).out)
    assert (one["kind"], many["kind"], many["items"]) == ("EvaluationJob", "List", [one])
    assert (await user.referee("get", "-o", "name", "--tag", "b")).out == "run\n"
    none = await user.referee("get", "--tag", "c")
    assert (none.code, none.out) == (0, "")
    assert none.err.startswith("no EvaluationJobs in ")


async def _results_as_data_have_every_metric_with_its_uncertainty(user: Backend) -> None:
    (row,) = csv.DictReader(io.StringIO((await user.referee("results", "run", "--format", "figures")).out))
    assert (row["benchmark"], row["metric"], row["value"], row["n"], row["primary"]) == (
        *("b0", "acc", "0.75", "100", "True"),
    )
    assert float(row["ciLow"]) < 0.75 < float(row["ciHigh"])
    found = json.loads((await user.referee("results", "run", "--format", "json")).out)
    assert (found["name"], found["score"], found["verdict"]["result"]) == ("run", 0.75, "Pass")
    assert found["benchmarks"][0]["primary"]["value"] == 0.75


async def test_cancelling_ends_a_job_once(user: Backend, team: Team) -> None:
    await submitted(user)
    cancelled = await user.referee("cancel", "run")
    assert (cancelled.code, cancelled.out) == (0, "")
    assert cancelled.err.startswith("run: is being cancelled")
    await team.phase("Cancelled")

    again = await user.referee("cancel", "run")
    assert (again.code, again.err) == (2, "Error: run: is Cancelled already, there is nothing to cancel\n")
    refused = await user.referee("rerun", "run")
    assert refused.code == 2
    assert "was cancelled, which is for good; submit it again under another name" in refused.err
    assert (await user.referee("watch", "run")).code == 2


async def test_what_failed_is_run_again_and_waited_for(user: Backend, team: Team) -> None:
    await submitted(user, benchmarks=[GATED, {"id": "b1", "provider": "p"}])
    await finish(team, index=0)
    await team.kubelet.fail(await team.starts(1), exit_code=3)
    await team.phase("PartiallyFailed")

    running = await user.start("rerun", "run", "--failed", "--watch")
    await running.says("run: attempt 2 begins")
    await finish(team, 0.5, index=1, attempt=2)
    ended = await running.ends()

    assert ended.code == 0, ended.err
    assert re.search(r"b0 +acc +0.750", ended.out)
    assert re.search(r"b1 +acc +0.500", ended.out)
    refused = await user.referee("rerun", "run", "--failed")
    assert (refused.code, "every benchmark was executed" in refused.err) == (2, True)


async def test_files_may_hold_what_is_there_already_and_nothing_else(user: Backend, team: Team) -> None:
    provider = {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "Provider",
        "metadata": {"name": "p"},
        "spec": {"adapter": {"image": "another:1"}, "benchmarks": [{"id": "b0"}]},
    }
    known = yaml.safe_dump(provider).encode() + b"---\n" + manifest()
    done = await user.referee("submit", "-f", "-", stdin=known)
    assert (done.code, done.out) == (0, "run\n")
    assert done.err == "Provider p: is used as it is there; submit changes EvaluationJobs alone\n"
    stored = await team.call("GET", team.path("evaluationjobs", "run"))
    assert "description" not in stored["spec"], "what the models would fill in is left to the API server of the day"
    assert stored["spec"]["displayName"] == "the nightly one"
    there = await team.call("GET", team.path("providers", "p"))
    assert there["spec"]["adapter"]["image"] == "adapter:1"

    unknown = known.replace(b"name: p\n", b"name: q\n")
    refused = await user.referee("submit", "-f", "-", "--name", "two", stdin=unknown)
    assert refused.code == 2
    assert "Provider q: stands in the files and not in " in refused.err
    assert (await user.referee("get", "-o", "name")).out == "run\n"


async def test_the_catalogue_says_what_runs_here(user: Backend, team: Team) -> None:
    await team.call(
        "POST",
        team.path("providers"),
        {
            "apiVersion": "referee.dev/v1alpha1",
            "kind": "Provider",
            "metadata": {"name": "known"},
            "spec": {"title": "Only known", "benchmarks": [{"id": "x"}]},
        },
    )
    members = [{"id": "b0", "provider": "p"}, {"id": "x", "provider": "known"}, {"id": "b77", "provider": "p"}]
    await team.call(
        "POST",
        team.path("collections"),
        {
            "apiVersion": "referee.dev/v1alpha1",
            "kind": "Collection",
            "metadata": {"name": "mixed"},
            "spec": {"title": "Mixed", "passCriteria": {"threshold": 0.6}, "benchmarks": members},
        },
    )
    await until(lambda: user.referee("collections", "-o", "name"), lambda seen: seen.out == "mixed\n")

    listed = (await user.referee("providers")).out
    assert re.search(r"known +Only known +1 +no +namespace", listed)
    assert re.search(r"p +- +10 +yes +namespace", listed)
    one = (await user.referee("providers", "known")).out
    assert "Cannot run here: provider known is known, but its adapter is not installed here\n" in one
    assert re.search(r"mixed +Mixed +general +3 +1 of 3 +namespace", (await user.referee("collections")).out)
    described = (await user.referee("collections", "mixed")).out
    assert "Cannot run here: provider p has no benchmark b77\n" in described
    assert "The weighted score passes from 0.6 on.\n" in described
    lost = await user.referee("collections", "nope")
    assert (lost.code, lost.err.endswith("; known: mixed\n")) == (2, True)
