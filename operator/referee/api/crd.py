"""CustomResourceDefinitions from the models: `python -m referee.api.crd DIRECTORY`.

The models are the source; the files under crds/ are generated, and a test fails when they differ. What a schema
cannot take from a model stands here: names, printer columns, selectable fields.
"""

import sys
from pathlib import Path

from referee.api.base import Model
from referee.api.collection import Collection
from referee.api.dataset import Dataset
from referee.api.documents import as_yaml
from referee.api.evaluationjob import EvaluationJob
from referee.api.evaluator import Evaluator
from referee.api.names import GROUP, VERSION
from referee.api.provider import Provider
from referee.api.structural import Schema, structural, without_defaults


def schema_of(kind: type[Model]) -> Schema:
    """The structural OpenAPI v3 schema of a resource kind."""
    schema = structural(kind)
    status = without_defaults(schema["properties"]["status"])
    # Without a status that is behind the generation, kstatus takes an object nobody has looked at for done.
    status["default"] = {"observedGeneration": -1}
    return {
        "type": "object",
        "description": schema["description"],
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": schema["properties"]["spec"],
            "status": status,
        },
    }


def _column(name: str, path: str, type_: str = "string", priority: int = 0, description: str = "") -> Schema:
    column: Schema = {"name": name, "type": type_, "jsonPath": path}
    return column | ({"priority": priority} if priority else {}) | ({"description": description} if description else {})


_AGE = _column("Age", ".metadata.creationTimestamp", "date")

_KINDS: dict[type[Model], Schema] = {
    EvaluationJob: {
        "names": {"plural": "evaluationjobs", "shortNames": ["evj"], "categories": ["referee", "all"]},
        "selectable": [".spec.model.name", ".spec.group", ".status.phase"],
        "columns": [
            _column("Model", ".spec.model.name"),
            _column("Phase", ".status.phase"),
            _column("Done", ".status.progress.benchmarks", description="benchmarks finished / all"),
            _column("%", ".status.progress.percent", "integer"),
            _column("Score", ".status.score", "number"),
            _column("Passed", '.status.conditions[?(@.type=="Passed")].status'),
            _column("Reason", '.status.conditions[?(@.type=="Passed")].reason', priority=1),
            _column("Group", ".spec.group", priority=1),
            _AGE,
        ],
    },
    Provider: {
        "names": {"plural": "providers", "shortNames": ["evp"], "categories": ["referee"]},
        "selectable": [".spec.id"],
        "columns": [
            _column("Id", ".spec.id"),
            _column("Benchmarks", ".status.benchmarks", "integer"),
            _column("Ready", '.status.conditions[?(@.type=="Ready")].status'),
            _column("Image", ".spec.adapter.image", priority=1),
            _AGE,
        ],
    },
    Collection: {
        "names": {"plural": "collections", "shortNames": ["evc"], "categories": ["referee"]},
        "selectable": [".spec.id"],
        "columns": [
            _column("Id", ".spec.id"),
            _column("Category", ".spec.category"),
            _column("Benchmarks", ".status.benchmarks", "integer"),
            _column("Ready", '.status.conditions[?(@.type=="Ready")].status'),
            _AGE,
        ],
    },
    Evaluator: {
        "names": {"plural": "evaluators", "shortNames": ["eve"], "categories": ["referee"]},
        "selectable": [".spec.id"],
        "columns": [
            _column("Id", ".spec.id"),
            _column("Type", ".spec.type"),
            _column("Score", ".spec.score.type"),
            _column("Ready", '.status.conditions[?(@.type=="Ready")].status'),
            _column("Message", '.status.conditions[?(@.type=="Ready")].message', priority=1),
            _AGE,
        ],
    },
    Dataset: {
        "names": {"plural": "datasets", "shortNames": ["evd"], "categories": ["referee"]},
        "selectable": [".spec.id"],
        "columns": [
            _column("Id", ".spec.id"),
            _column("Datapoints", ".status.count", "integer"),
            _column("Ready", '.status.conditions[?(@.type=="Ready")].status'),
            _column("Message", '.status.conditions[?(@.type=="Ready")].message', priority=1),
            _AGE,
        ],
    },
}


def definition(kind: type[Model]) -> Schema:
    """The CustomResourceDefinition of a resource kind."""
    facts = _KINDS[kind]
    name = kind.__name__
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{facts['names']['plural']}.{GROUP}", "annotations": {"helm.sh/resource-policy": "keep"}},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"kind": name, "listKind": f"{name}List", "singular": name.lower(), **facts["names"]},
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": facts["columns"],
                    "selectableFields": [{"jsonPath": path} for path in facts["selectable"]],
                    "schema": {"openAPIV3Schema": schema_of(kind)},
                }
            ],
        },
    }


def files() -> dict[str, str]:
    """File name -> YAML of every CustomResourceDefinition."""
    return {
        f"{GROUP}_{facts['names']['plural']}.yaml": "# Generated from operator/referee/api by `make crds`.\n"
        + as_yaml(definition(kind))
        for kind, facts in _KINDS.items()
    }


def main() -> None:
    """Write the files into the directory that is the only argument."""
    directory = Path(sys.argv[1])
    for name, text in files().items():
        (directory / name).write_text(text)


if __name__ == "__main__":
    main()
