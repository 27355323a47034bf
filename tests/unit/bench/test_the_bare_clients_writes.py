"""The peer writes what the operator wrote, with every name changed and nothing else."""

import asyncio
import json
from typing import Any

from tests.bench.manifests import child_of, evaluation_job, result
from tests.bench.writes import Writes


def applied(name: str, namespace: str, uid: str) -> dict[str, Any]:
    job = evaluation_job(name)
    meta = {"name": name, "namespace": namespace, "uid": uid, "resourceVersion": "7"}
    return {**job, "metadata": meta, "status": {"phase": "Pending", "benchmarks": [{"jobName": "?"}]}}


class Recorded:
    """Answers the reads of `Writes.seen`."""

    def __init__(self, job: dict[str, Any], child: dict[str, Any]) -> None:
        self._job, self._child = job, child

    async def call(self, _method: str, path: str) -> dict[str, Any]:
        return self._job if "evaluationjobs" in path else self._child


def test_they_are_the_operators_for_another_job() -> None:
    was, now = applied("warm-0", "ours", "uid-1"), applied("run-7", "bare", "uid-2")
    was["status"]["benchmarks"][0]["jobName"] = child_of(was)
    spec = {"id": "warm-0", "referee": {"namespace": "ours"}}
    labels = {"referee.dev/evaluationjob-uid": "uid-1", "batch.kubernetes.io/job-name": child_of(was)}
    child = {
        "metadata": {
            "name": child_of(was),
            "namespace": "ours",
            "uid": "its own",
            "labels": {},
            "annotations": {},
            "ownerReferences": [{"name": "warm-0", "uid": "uid-1"}],
        },
        "spec": {
            "selector": {},
            "template": {"metadata": {"labels": labels, "annotations": {"spec": json.dumps(spec)}}},
        },
        "status": {},
    }

    writes = asyncio.run(Writes.seen(Recorded(was, child), "ours", "warm-0"))  # type: ignore[arg-type]  # reads alone
    made = writes.for_job(now)

    assert made.status_path.endswith("/namespaces/bare/evaluationjobs/run-7/status")
    assert made.status["metadata"] == {"resourceVersion": "7"}
    assert made.status["status"]["benchmarks"] == [{"jobName": child_of(now)}]
    assert made.child_path.endswith("/namespaces/bare/jobs")
    assert made.child["metadata"] == {
        "name": child_of(now),
        "namespace": "bare",
        "labels": {},
        "annotations": {},
        "ownerReferences": [{"name": "run-7", "uid": "uid-2"}],
    }
    template = made.child["spec"]["template"]["metadata"]
    assert template["labels"] == {"referee.dev/evaluationjob-uid": "uid-2"}
    assert json.loads(template["annotations"]["spec"]) == {"id": "run-7", "referee": {"namespace": "bare"}}
    assert "status" not in made.child
    assert "selector" not in made.child["spec"]


def test_a_result_of_a_size_is_json_of_about_that_size_and_differs_from_the_next() -> None:
    text = result(4096, seed=1)
    assert 4096 <= len(text) < 4300
    assert json.loads(text)["status"] == "Completed"
    assert text != result(4096, seed=2)
