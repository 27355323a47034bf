"""Other runs that a plan names, found among the results on this machine.

The newest run of a job has the job's name for its directory, an earlier one was moved aside; which of them is meant,
the uid in its record says.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from referee.api.runplan import RunPlan
from referee.gateway.reporting.children import OtherRun
from referee.local.results import RESOURCE_FILE


def others_of(plan: RunPlan) -> dict[str, OtherRun]:
    """The runs whose journals the adapters of this plan may read: by `baseline` and `outputs`."""
    named = {"baseline": plan.baseline, "outputs": plan.evaluation.data.outputs_of if plan.evaluation else None}
    return {
        of: OtherRun(run.job, run.job_uid, run.first_child, run.last_child)
        for of, run in named.items()
        if run is not None
    }


def directory_of(results: Path, job: str, uid: str) -> Path | None:
    """Where the run of that uid is."""
    return next((path for path, record in _runs(results, job) if record.get("metadata", {}).get("uid") == uid), None)


def _runs(results: Path, job: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in (results / job, *sorted(results.glob(f"{job}@*"), reverse=True)):
        if (file := path / RESOURCE_FILE).is_file():
            yield path, yaml.safe_load(file.read_text(encoding="utf-8"))
