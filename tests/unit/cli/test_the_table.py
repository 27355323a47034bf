"""The table: a number never without its uncertainty, a criterion never without what came of it."""

from pathlib import Path
from typing import Any

import pytest

from referee.api.evaluationjob import EvaluationJob
from referee.cli.places import LocalPlace
from referee.cli.row import Row
from referee.cli.rows import rows
from referee.cli.table import print_results
from referee.cli.troubles import lines
from referee.report.words import conclusion
from tests.unit.cli.jobs import finished, good

_HALF: dict[str, Any] = {"threshold": 0.5}


def _gates(job: EvaluationJob) -> list[str]:
    return [row.gate for row in rows(job)]


def test_a_row_tells_value_error_interval_n_errors_and_gate() -> None:
    job = finished([good(0.7, errors=2)], [{"id": "one", "passCriteria": _HALF}])
    assert rows(job) == [
        Row("one", "acc", "0.700 ± 0.073", "[0.546, 0.819] Wilson", "40", "2", "Pass: 0.700 ≥ 0.5", "Pass")
    ]


def test_other_metrics_follow_and_are_marked_secondary() -> None:
    job = finished([good(0.7, loss=3.25)], [{"id": "one"}])
    second = rows(job)[1]
    assert (second.benchmark, second.metric, second.value, second.secondary) == ("", "loss", "3.250 ± 0.500", True)


@pytest.mark.parametrize(
    ("result", "benchmark", "said"),
    [
        pytest.param(good(0.25), {"id": "one", "passCriteria": _HALF}, "Fail: 0.250 < 0.5", id="missed"),
        pytest.param(
            good(0.6),
            {"id": "one", "passCriteria": {"threshold": 0.5, "bound": "Worst"}},
            "Fail: lower end 0.446 < 0.5; about ",
            id="a bound missed, and what would decide it",
        ),
        pytest.param(
            good(0.7),
            {"id": "one", "passCriteria": {"threshold": 0.5, "minN": 100}},
            "Unknown: TooFewSamples; wanted ≥ 0.5",
            id="undecided",
        ),
        pytest.param(
            good(0.7),
            {"id": "one", "passCriteria": _HALF, "required": False},
            "Pass: 0.700 ≥ 0.5 (not required)",
            id="not required",
        ),
        pytest.param(
            good(0.7, loss=3.25),
            {"id": "loss", "passCriteria": {"threshold": 4}},
            "Pass: 3.250 ≤ 4",
            id="lower is better",
        ),
    ],
)
def test_gates_in_words(result: dict[str, Any], benchmark: dict[str, Any], said: str) -> None:
    assert _gates(finished([result], [benchmark]))[0].startswith(said)


def test_a_gate_belongs_to_its_own_entry_where_a_benchmark_stands_twice() -> None:
    job = finished([good(0.3), good(0.7)], [{"id": "one", "weight": 0}, {"id": "one", "passCriteria": _HALF}])
    assert [(row.benchmark, row.gate) for row in rows(job)] == [("p/one #0", ""), ("p/one #1", "Pass: 0.700 ≥ 0.5")]


def test_the_jobs_score_has_a_row_where_it_says_more_than_its_parts() -> None:
    two = finished([good(0.5), good(0.7)], [{"id": "one"}, {"id": "two"}], passCriteria={"threshold": 0.9})
    score = rows(two)[-1]
    assert (score.benchmark, score.n, score.gate) == ("score of the job", "80", "Fail: 0.600 < 0.9")
    assert score.value.startswith("0.600 ± ")
    assert [row.benchmark for row in rows(finished([good(0.5)], [{"id": "one"}]))] == ["one"]


def test_a_benchmark_without_a_result_says_why() -> None:
    job = finished([3], [{"id": "one", "passCriteria": _HALF}])
    (row,) = rows(job)
    assert (row.metric, row.value, row.gate) == ("AdapterFailed", "-", "Unknown: NotExecuted; wanted ≥ 0.5")


@pytest.mark.parametrize(
    ("job", "said"),
    [
        pytest.param(finished([good(0.7)], [{"id": "one", "passCriteria": _HALF}]), "Passed: Every", id="passed"),
        pytest.param(
            finished([good(0.2)], [{"id": "one", "passCriteria": _HALF}]),
            "Failed: At least one required gate failed. benchmark p/one: ThresholdMissed (0.2 against 0.5)",
            id="failed",
        ),
        pytest.param(finished([good(0.2)], [{"id": "one"}]), "Complete: there is no verdict", id="nothing gated"),
        pytest.param(
            finished([good(0.7)], [{"id": "one", "passCriteria": {"threshold": 0.5, "minN": 50}}]),
            "Undecided: No required gate failed",
            id="undecided",
        ),
        pytest.param(
            finished([3], [{"id": "one"}]),
            "Could not run: BenchmarksFailed: 0 of 1 benchmarks completed.",
            id="not executed",
        ),
        pytest.param(
            finished([good(0.7), 3], [{"id": "one"}, {"id": "two"}]),
            "Ran only in part: PartiallyFailed: 1 of 2 benchmarks completed.",
            id="in part",
        ),
        pytest.param(
            finished([], [{"id": "one"}], cancel=True), "Cancelled: Cancelled: 0 of 1 benchmarks", id="cancelled"
        ),
    ],
)
def test_the_conclusion_in_a_sentence(job: EvaluationJob, said: str) -> None:
    assert conclusion(job.status).startswith(said)


@pytest.mark.parametrize(
    ("result", "remedy"),
    [
        ({"reason": "ModelUnreachable", "message": "refused"}, "--model-url http://127.0.0.1:PORT/v1"),
        ({"reason": "ModelUnauthorized", "message": "status 401"}, "spec.model.auth.secretRef"),
        ({"reason": "AdapterError", "message": "ModuleNotFoundError: No module named 'lm_eval'"}, "referee[lm-eval]"),
    ],
)
def test_a_known_trouble_comes_with_its_remedy(tmp_path: Path, result: dict[str, Any], remedy: str) -> None:
    job = finished([{"status": "Failed", **result}], [{"id": "one"}])
    said = lines(job, LocalPlace(tmp_path))
    assert result["message"] in said[0]
    assert remedy in said[1]


def test_it_is_printed_whole_where_there_is_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "40")
    log = tmp_path / "results" / "1-1" / "log.txt"
    log.parent.mkdir(parents=True)
    log.write_text("\n".join(f"line {n}" for n in range(20)))
    job = finished([good(0.7), 3], [{"id": "one", "passCriteria": _HALF}, {"id": "two"}])

    print_results(job, LocalPlace(tmp_path / "results"))

    printed = capsys.readouterr().out
    assert printed.splitlines()[0] == "capitals: tiny at http://model:8000/v1"
    assert "one         acc" in printed
    assert "Pass: 0.700 ≥ 0.5" in printed
    assert "two: Failed: AdapterFailed: exit code 3" in printed
    assert "  | line 19\n  log: results/1-1/log.txt\n" in printed
    assert "line 13" not in printed
    assert printed.splitlines()[-1] == "Results: results/"
