"""Made with eval-hub-sdk as its documentation says: it goes through every phase and reports everything there is to.

Run as `python -c`, so it is one short file that imports nothing of these tests. What it finds around it is part of
its result, and printed. `parameters.ask`: wait until the server behind the model's address answers.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

import httpx
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
    MessageInfo,
    OCIArtifactSpec,
    read_model_auth_key,
)
from evalhub.adapter.mlflow import MlflowArtifact

PHASES = [phase for phase in JobPhase if phase is not JobPhase.COMPLETED]


class Behaving(FrameworkAdapter):
    """The adapter."""

    def run_benchmark_job(self, config: JobSpec, callbacks: JobCallbacks) -> JobResults:
        """Run."""
        started = time.monotonic()
        for phase in PHASES:
            warning = MessageInfo(message="slow", message_code="slow") if phase is JobPhase.RUNNING_EVALUATION else None
            update = JobStatusUpdate(status=JobStatus.RUNNING, phase=phase, warning_message=warning)
            callbacks.report_status(update)
            if phase is JobPhase.RUNNING_EVALUATION and config.parameters.get("ask"):
                httpx.get(f"{config.model.url}/{config.id}", timeout=100).raise_for_status()
        metrics = [("acc", config.parameters.get("acc", 0.75)), *((f"m{i}", i / 100) for i in range(20))]
        results = JobResults(
            id=config.id,
            benchmark_id=config.benchmark_id,
            benchmark_index=config.benchmark_index,
            model_name=config.model.name,
            results=[EvaluationResult(metric_name=name, metric_value=value) for name, value in metrics],
            num_examples_evaluated=config.num_examples or 40,
            duration_seconds=time.monotonic() - started,
            additional_info=self.around(),
        )
        files = Path("/data" if self.local_jobs_base_path is None else self.local_jobs_base_path) / "export"
        files.mkdir(exist_ok=True)
        (files / "report.txt").write_text("all is well")
        if config.exports and config.exports.oci:
            spec = OCIArtifactSpec(files_path=files, coordinates=config.exports.oci.coordinates)
            results.oci_artifact = callbacks.create_oci_artifact(spec)
        artifacts = [MlflowArtifact("report.txt", b"all is well", "text/plain")]
        assert isinstance(callbacks, DefaultCallbacks)
        results.mlflow_run_id = callbacks.mlflow.save(results, config, artifacts)
        return results

    def around(self) -> dict[str, Any]:
        """What it finds around it."""
        identity = Path("/var/run/secrets/kubernetes.io/serviceaccount")
        data = Path("/test_data")
        places = ("/data", "/tmp", "/shared", "/test_data", "/")  # noqa: S108 - in the pod
        found = {
            "identity": {file.name: file.read_text() for file in identity.glob("[a-z]*")},
            "test_data": {str(f.relative_to(data)): f.read_text() for f in data.rglob("[!.]*") if _own(f)},
            "may_write": [path for path in places if os.access(path, os.W_OK)],
            "model_key": read_model_auth_key("api-key"),
            "limits": {name: value for name, value in os.environ.items() if name.startswith("MY_")},
            "secrets": sorted(file.name for file in Path("/var/run/secrets").glob("*")),
        }
        print(json.dumps(found))  # noqa: T201 - for whoever reads its log
        return found


def _own(file: Path) -> bool:
    """Not of the links by which Kubernetes replaces a ConfigMap's files all at once."""
    return file.is_file() and ".." not in str(file)


adapter = Behaving()
callbacks = DefaultCallbacks.from_adapter(adapter)
callbacks.report_results(adapter.run_benchmark_job(adapter.job_spec, callbacks))
