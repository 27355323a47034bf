"""An EvaluationJob as it is shown and kept: what `kubectl get` would print, as data, JSON or YAML."""

import json
from typing import Any

from referee.api.documents import as_yaml
from referee.api.evaluationjob import EvaluationJob


def document(job: EvaluationJob) -> dict[str, Any]:
    """The resource as plain data; metadata that is empty is left out."""
    wire = job.wire()
    metadata = {name: value for name, value in wire.pop("metadata").items() if value not in ("", {}, [])}
    head = {"apiVersion": wire.pop("apiVersion"), "kind": wire.pop("kind"), "metadata": metadata}
    return head | wire


def listed(jobs: list[EvaluationJob]) -> dict[str, Any]:
    """One resource as itself, several as a List, as kubectl has it."""
    documents = [document(job) for job in jobs]
    return documents[0] if len(documents) == 1 else {"apiVersion": "v1", "kind": "List", "items": documents}


def dump_json(data: dict[str, Any]) -> str:
    """JSON for people and programs."""
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_yaml(job: EvaluationJob) -> str:
    """The resource as YAML."""
    return as_yaml(document(job))
