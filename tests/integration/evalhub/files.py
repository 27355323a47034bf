"""EvalHub's own catalogue files (`providers/*.yaml`, `collections/*.yaml`) as manifests: what `kubectl apply` takes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from referee.gateway.evalhub.wire.catalogue_requests import CollectionRequest, ProviderRequest
from referee.gateway.evalhub.wire.collections import collection_spec
from referee.gateway.evalhub.wire.providers import provider_spec
from referee.gateway.evalhub.wire.reading import read_as
from tests.testbed.api_client import Json


def manifests(directory: Path) -> Iterator[Json]:
    """Of every file in EvalHub's configuration directory; ids stay as they are."""
    for file in sorted(directory.glob("providers/*.yaml")):
        yield provider(yaml.safe_load(file.read_text()))
    for file in sorted(directory.glob("collections/*.yaml")):
        yield collection(yaml.safe_load(file.read_text()))


def provider(document: dict[str, Any]) -> Json:
    """A provider's file."""
    return _manifest("Provider", document["id"], provider_spec(read_as(ProviderRequest, document)))


def collection(document: dict[str, Any]) -> Json:
    """A collection's file."""
    return _manifest("Collection", document["id"], collection_spec(read_as(CollectionRequest, document)))


def _manifest(kind: str, id_: str, spec: Json) -> Json:
    metadata = {"name": id_.lower().replace("_", "-")}
    return {"apiVersion": "referee.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": {"id": id_, **spec}}
