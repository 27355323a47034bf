"""Progress where there is no terminal: few lines, each of which says something new."""

import itertools
import re

import pytest

from referee.api.status import EvaluationJobStatus
from referee.cli.progress import Lines
from tests.unit.cli.jobs import finished, good


def _at(status: EvaluationJobStatus, percent: int | None, **fields: object) -> EvaluationJobStatus:
    (benchmark,) = status.benchmarks
    changed = benchmark.model_copy(update={"phase": "Running", "percent": percent, "samples": 40, **fields})
    return status.model_copy(update={"benchmarks": [changed]})


def test_a_line_for_each_event_and_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    job = finished([good(0.7)], [{"id": "one"}])
    done = job.status
    waiting = _at(done, None, phase="Pending", samples=None)
    course = [waiting, _at(done, 0), _at(done, 12), _at(done, 19), _at(done, 45), done]

    lines = Lines()
    for before, after in itertools.pairwise(course):
        lines.changed(before, job.model_copy(update={"status": after}))

    assert [re.sub(r"^\d\d:\d\d ", "", line) for line in capsys.readouterr().err.splitlines()] == [
        "one: running",
        "one: 12 % of 40 samples",
        "one: 45 % of 40 samples",
        "BenchmarkCompleted: p/one: acc 0.7",
    ]


def test_a_second_attempt_is_told_from_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    job = finished([good(0.7)], [{"id": "one"}])
    first = _at(job.status, 50)
    failed = _at(job.status, 0, phase="Pending", attempt=2, retries=1, reason="AdapterFailed", message="exit code 3")
    again = _at(job.status, 12, attempt=2, retries=1)

    lines = Lines()
    for before, after in ((first, failed), (failed, again)):
        lines.changed(before, job.model_copy(update={"status": after}))

    told = capsys.readouterr().err
    assert "AdapterFailed: p/one: exit code 3\n" in told
    assert "one: running, attempt 2\n" in told
    assert "one: 12 % of 40 samples\n" in told
