"""After a start thousands of finished jobs wait for a look: those that still run do not wait behind them."""

from typing import Any

from referee.core.podspec import PodDefaults
from referee.runtime.children import Children
from referee.runtime.informers import Informers, Queues
from referee.runtime.kube import Kube
from referee.runtime.paths import EVALUATION_JOBS
from referee.runtime.watched import Watched
from referee.runtime.workqueue import WorkQueue


def job(name: str, **status: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": "team", "uid": f"uid-{name}", "resourceVersion": "1"}
    return {"apiVersion": EVALUATION_JOBS.api_version, "kind": "EvaluationJob", "metadata": meta, "status": status}


async def test_jobs_that_are_over_are_looked_at_last(kube: Kube) -> None:
    watched, queues = Watched(), Queues(WorkQueue(), WorkQueue())
    informers = Informers(watched, Children(kube, watched, PodDefaults("http://gateway")), queues, lambda: ())
    told = next(told for _, cache, told in informers.sources(("team",)) if cache is watched.evaluation_jobs)
    for number in range(3):
        watched.evaluation_jobs.upsert(job(f"over-{number}", completionTime="2026-01-01T00:00:00Z", phase="Completed"))
    watched.evaluation_jobs.upsert(job("running", phase="Running"))

    told(tuple(watched.evaluation_jobs))

    assert await queues.jobs.get() == ("team", "running")
    assert [(await queues.jobs.get())[1] for _ in range(3)] == ["over-0", "over-1", "over-2"]
