"""Made with eval-hub-sdk, and crashes at the point that `parameters.at` names.

Run as `python -c`, so it is one short file that imports nothing of these tests.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

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
)

PLACE = Path(os.environ.get("EVALHUB_JOB_SPEC_PATH", "/meta/job.json"))
AT = json.loads(PLACE.read_text())["parameters"]["at"]


def reach(point: str) -> None:
    """Crash, if this is the point."""
    if point == AT:
        raise RuntimeError(f"crashed at {point}")


class Crashing(FrameworkAdapter):
    """The adapter."""

    def run_benchmark_job(self, config: JobSpec, callbacks: JobCallbacks) -> JobResults:
        """Run as far as it goes."""
        for phase in JobPhase:
            if phase is not JobPhase.COMPLETED:
                callbacks.report_status(JobStatusUpdate(status=JobStatus.RUNNING, phase=phase))
            reach(phase.value)
        if AT == "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            httpx.get(f"{config.model.url}/{config.id}", timeout=100)
            time.sleep(3600)
        if AT == "silence":
            sys.exit(0)
        return JobResults(
            id=config.id,
            benchmark_id=config.benchmark_id,
            benchmark_index=config.benchmark_index,
            model_name=config.model.name,
            results=[EvaluationResult(metric_name="acc", metric_value=0.5)],
            num_examples_evaluated=40,
            duration_seconds=1,
        )


def main() -> None:
    """Go through the points in their order."""
    reach("before construction")
    adapter = Crashing()
    callbacks = DefaultCallbacks.from_adapter(adapter)
    reach("construction")
    results = adapter.run_benchmark_job(adapter.job_spec, callbacks)
    reach("before posting")
    callbacks.report_results(results)
    if AT == "killed after posting":
        os.kill(os.getpid(), signal.SIGKILL)
    reach("after posting")


if AT.startswith("killed"):
    # the first process of a container cannot kill itself: the kernel shields it from its own signals
    if (child := os.fork()) == 0:
        main()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.exit(128 - code if code < 0 else code)
main()
