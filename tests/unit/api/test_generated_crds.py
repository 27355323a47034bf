"""The CRDs under crds/ are what the models say, small enough to carry, and survive kubectl's YAML."""

import json
from pathlib import Path
from typing import Any

import pytest

from referee.api.base import Model
from referee.api.crd import definition, files
from referee.api.documents import documents
from referee.api.manifest import KINDS

CRDS = Path(__file__).parents[3] / "crds"

_EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def test_the_files_are_as_the_models_make_them() -> None:
    assert {path.name: path.read_text() for path in CRDS.glob("*.yaml")} == files(), "run `make crds`"


@pytest.mark.parametrize("name", files())
def test_what_client_side_apply_carries_in_an_annotation_stays_under_half_of_what_fits(name: str) -> None:
    (document,) = documents(files()[name], name)

    assert len(json.dumps(document, separators=(",", ":"))) < 128 * 1024


@_EVERY_KIND
def test_kubectl_reads_from_the_file_what_was_meant(kind: type[Model]) -> None:
    text = next(text for text in files().values() if f"kind: {kind.__name__}\n" in text)

    assert list(documents(text, "crd")) == [definition(kind)]


def _nodes(schema: dict[str, Any], path: str = "") -> list[tuple[str, dict[str, Any]]]:
    inner = [(f"{path}.{name}", child) for name, child in schema.get("properties", {}).items()]
    inner += [(f"{path}[]", schema["items"])] if "items" in schema else []
    return [(path, schema), *(node for where, child in inner for node in _nodes(child, where))]


def _schema(kind: type[Model]) -> dict[str, Any]:
    schema: dict[str, Any] = definition(kind)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


@_EVERY_KIND
def test_lists_of_things_with_an_identity_are_maps(kind: type[Model]) -> None:
    keys = {
        path: node["x-kubernetes-list-map-keys"]
        for path, node in _nodes(_schema(kind))
        if "x-kubernetes-list-type" in node
    }

    assert (
        keys
        == {
            "EvaluationJob": {
                ".spec.collection.overrides": ["provider", "id"],
                ".spec.evaluation.evaluators[].outputs": ["key"],
                ".spec.evaluation.evaluators[].outputs[].score.choices": ["name"],
                ".spec.evaluation.evaluators[].score.choices": ["name"],
                ".spec.pod.env": ["name"],
                ".spec.pod.volumes": ["mountPath"],
                ".status.conditions": ["type"],
                ".status.benchmarks": ["index"],
            },
            "Provider": {
                ".spec.adapter.env": ["name"],
                ".spec.benchmarks": ["id"],
                ".spec.benchmarks[].metrics": ["name"],
                ".status.conditions": ["type"],
            },
            "Evaluator": {
                ".spec.outputs": ["key"],
                ".spec.outputs[].score.choices": ["name"],
                ".spec.score.choices": ["name"],
                ".status.conditions": ["type"],
            },
            "Dataset": {".status.conditions": ["type"]},
            "Collection": {".spec.benchmarks": ["provider", "id"], ".status.conditions": ["type"]},
        }[kind.__name__]
    )


@_EVERY_KIND
def test_every_list_text_and_map_in_spec_is_bounded(kind: type[Model]) -> None:
    unbounded = [
        path
        for path, node in _nodes(_schema(kind)["properties"]["spec"])
        if (node.get("type") == "array" and "maxItems" not in node)
        or (node.get("type") == "string" and not {"maxLength", "enum"} & node.keys())
        or ("additionalProperties" in node and "maxProperties" not in node)
    ]

    assert unbounded == []


@_EVERY_KIND
def test_status_starts_behind_the_generation_and_has_no_other_default(kind: type[Model]) -> None:
    defaults = {
        path: node["default"] for path, node in _nodes(_schema(kind)["properties"]["status"]) if "default" in node
    }

    assert defaults == {"": {"observedGeneration": -1}}


@_EVERY_KIND
def test_nothing_empty_is_written_into_an_object(kind: type[Model]) -> None:
    assert [path for path, node in _nodes(_schema(kind)) if node.get("default", 0) in ([], {})] == []


@_EVERY_KIND
def test_every_field_says_what_it_is(kind: type[Model]) -> None:
    spoken = _nodes(_schema(kind)["properties"]["spec"], ".spec") + _nodes(
        _schema(kind)["properties"]["status"], ".status"
    )

    assert [path for path, node in spoken if not path.endswith("]") and not node.get("description")] == []
