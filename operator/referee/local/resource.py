"""An EvaluationJob as it is shown and kept: what `kubectl get` would print, as data, JSON or YAML."""

import json
import re
from typing import Any

import yaml

from referee.api.evaluationjob import EvaluationJob
from referee.api.names import GROUP

ANNOTATION_MODEL_URL = f"{GROUP}/model-url"
"""On a job that was run against another address than its spec names, for want of a cluster: that address."""

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


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


def dump_yaml(data: dict[str, Any]) -> str:
    """YAML that every reader takes for the same, kubectl and PyYAML alike."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


def to_yaml(job: EvaluationJob) -> str:
    """The resource as YAML."""
    return dump_yaml(document(job))


class _Dumper(yaml.SafeDumper):
    """Quotes every text that could be read as something else: readers differ about `y`, `1e-3` and dates."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
    style = "|" if "\n" in value else None if plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
