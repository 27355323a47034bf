"""Resources as JSON, YAML or names: what is printed for programs."""

from collections.abc import Sequence

from referee.api.documents import as_yaml
from referee.cli.remote.port import Document
from referee.local.resource import dump_json


def dump(document: Document, output: str) -> str:
    """A document as json or yaml."""
    return as_yaml(document) if output == "yaml" else dump_json(document)


def listed(documents: Sequence[Document]) -> Document:
    """Several as a List, as kubectl has it."""
    return {"apiVersion": "v1", "kind": "List", "items": list(documents)}
