"""Custom resources at a real API server, asked as kubectl asks: unknown fields are errors."""

import json
from dataclasses import dataclass
from typing import Any

from referee.runtime.paths import COLLECTIONS, DATASETS, EVALUATION_JOBS, EVALUATORS, PROVIDERS
from tests.testbed.api_client import RefusedError
from tests.testbed.cluster import Cluster

Object = dict[str, Any]

_RESOURCES = {resource.kind: resource for resource in (EVALUATION_JOBS, PROVIDERS, COLLECTIONS, EVALUATORS, DATASETS)}


@dataclass(frozen=True)
class Server:
    """The API server, for one namespace."""

    cluster: Cluster
    namespace: str

    def create(self, document: Object, *, strict: bool = True, **query: str) -> Object:
        """Create the object."""
        path = _RESOURCES[document["kind"]].all(self.namespace)
        return self.cluster.api.post(path, document, fieldValidation="Strict" if strict else "Ignore", **query)

    def replace(self, document: Object, subresource: str = "", **query: str) -> Object:
        """Replace the object, or its status."""
        return self.cluster.api.put(self.path(document, subresource), document, fieldValidation="Strict", **query)

    def select(self, kind: str, field: str) -> set[str]:
        """The names that a field selector finds."""
        found = self.cluster.api.get(_RESOURCES[kind].all(self.namespace), fieldSelector=field)
        return {item["metadata"]["name"] for item in found["items"]}

    def refusal(self, document: Object) -> str:
        """What is said against creating the object; empty: nothing."""
        try:
            self.create(document, dryRun="All")
        except RefusedError as error:
            return error.message
        return ""

    def kubectl(self, *arguments: str, given: object = None) -> str:
        """What kubectl prints, asked about this namespace."""
        return self.cluster.kubectl(*arguments, "--namespace", self.namespace, stdin=json.dumps(given))

    def path(self, document: Object, subresource: str = "") -> str:
        """Where the object is."""
        return _RESOURCES[document["kind"]].one(self.namespace, document["metadata"]["name"], subresource)
