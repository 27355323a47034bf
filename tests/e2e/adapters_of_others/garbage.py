"""Made with eval-hub-sdk, and reports the nonsense that `parameters.what` names.

Run as `python -c`, so it is one short file that imports nothing of these tests.
"""

from typing import Any

from evalhub.adapter import (
    DefaultCallbacks,
    EvaluationResult,
    FrameworkAdapter,
    JobCallbacks,
    JobPhase,
    JobResults,
    JobSpec,
    JobStatus,
    JobStatusUpdate,
)


class Garbage(FrameworkAdapter):
    """The adapter."""

    def run_benchmark_job(self, config: JobSpec, callbacks: JobCallbacks) -> JobResults:
        """Report well until the result."""
        callbacks.report_status(JobStatusUpdate(status=JobStatus.RUNNING, phase=JobPhase.RUNNING_EVALUATION))
        return self.result({"acc": 0.5, "examples": config.num_examples or 0})

    def result(self, metrics: dict[str, Any]) -> JobResults:
        """A result with these metrics."""
        spec = self.job_spec
        return JobResults(
            id=spec.id,
            benchmark_id=spec.benchmark_id,
            benchmark_index=spec.benchmark_index,
            model_name=spec.model.name,
            results=[EvaluationResult(metric_name=name, metric_value=value) for name, value in metrics.items()],
            num_examples_evaluated=40,
            duration_seconds=1,
        )


adapter = Garbage()
callbacks = DefaultCallbacks.from_adapter(adapter)
good = adapter.run_benchmark_job(adapter.job_spec, callbacks)
what = adapter.job_spec.parameters["what"]
client, headers = callbacks._http_client, callbacks._request_headers()
url = f"{adapter.job_spec.callback_url}/api/v1/evaluations/jobs/{adapter.job_spec.id}/events"
event = callbacks._build_base_status_event("completed") | {"metrics": {"acc": 0.5}}


def post(**changes: Any) -> None:
    """An event that the SDK itself would not make."""
    assert client is not None
    client.post(url, json={"benchmark_status_event": event | changes}, headers=headers)


if what == "NaN":
    callbacks.report_results(adapter.result({"acc": float("nan")}))
elif what == "texts":
    callbacks.report_results(adapter.result({"acc": "good", "f1": "better"}))
elif what == "nothing":
    callbacks.report_results(adapter.result({}))
elif what == "a great deal":
    callbacks.report_results(adapter.result({f"metric number {i}": i for i in range(20_000)} | {"acc": 0.5}))
elif what == "a schema of other metrics":
    post(metrics_schema=[{"name": "other", "type": "numeric"}])
elif what == "a list of metrics":
    post(metrics=[0.5])
elif what == "another benchmark":
    post(benchmark_index=7)
elif what == "no JSON":
    assert client is not None
    client.post(url, content=b"{", headers=headers)
elif what == "twice":
    callbacks.report_results(good)
    callbacks.report_results(adapter.result({"acc": 0.1}))
elif what == "after the end":
    callbacks.report_results(good)
    callbacks.report_status(JobStatusUpdate(status=JobStatus.RUNNING, phase=JobPhase.INITIALIZING))
