"""PATCH of a provider or a collection, in both dialects.

The published SDK sends an object, which EvalHub refuses: here that is a merge patch (RFC 7386). An array is a JSON
Patch (RFC 6902) with EvalHub's operations and paths; as there, `replace` also sets a field that is absent, since a
document leaves out what is empty. A patch changes the document, not the resource: it can say what a document can.
"""

import copy
from dataclasses import dataclass
from typing import Any

import jsonpatch

from referee.gateway.errors import Malformed
from referee.gateway.evalhub.wire.reading import no_json
from referee.gateway.evalhub.wire.runtimes import K8s, field_of
from referee.gateway.merging import merged

Document = dict[str, Any]

_OPERATIONS = ("replace", "add", "remove")
_K8S = "/runtime/k8s/"
_MOST = 1000
"""Operations in one patch."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where a JSON Patch may write: fields of the document, and what is inside those that end with `/`."""

    replaced: tuple[str, ...]
    changed: tuple[str, ...]
    """Also by add and remove."""

    def allow(self, operation: str, path: str) -> bool:
        """Whether this operation may be applied there."""
        fields = self.replaced if operation == "replace" else self.changed
        return any(path == field.rstrip("/") or (field.endswith("/") and path.startswith(field)) for field in fields)


PROVIDER = Paths(
    replaced=("/name", "/title", "/description", "/tags/", "/agent/", "/runtime/", "/benchmarks/"),
    changed=("/title", "/description", "/tags/", "/agent/"),
)
COLLECTION = Paths(
    replaced=("/name", "/category", "/description", "/tags/", "/custom/", "/pass_criteria", "/benchmarks/"),
    changed=("/description", "/tags/", "/custom/", "/pass_criteria"),
)


def patched(document: Document, patch: object, paths: Paths) -> Document:
    """The document after the patch.

    Raises:
        Malformed: it is no patch, or changes what cannot be changed.
    """
    if isinstance(patch, dict):
        result = merged(document, {name: value for name, value in patch.items() if name != "resource"})
        return result if isinstance(result, dict) else {}
    if not isinstance(patch, list):
        raise no_json("a patch is an object (a merge patch) or an array of operations (a JSON Patch)")
    if len(patch) > _MOST:
        raise no_json(f"a patch has at most {_MOST} operations")
    operations = [_checked(operation, paths) for operation in patch]
    changed = copy.deepcopy(document)
    for operation in operations:
        _apply(changed, operation)
    return changed


def _checked(operation: object, paths: Paths) -> Document:
    if not isinstance(operation, dict):
        raise no_json("each operation of a patch is an object with op, path and value")
    name, path = operation.get("op"), operation.get("path")
    if name not in _OPERATIONS:
        allowed = ", ".join(_OPERATIONS)
        message = f"The patch operation '{name!s:.40}' is not valid. Allowed operations are: {allowed}."
        raise Malformed(message, code="invalid_patch_operation")
    if not isinstance(path, str) or not path.startswith("/"):
        raise no_json("Invalid patch path")
    if not paths.allow(name, path):
        message = f"The operation '{name}' is not allowed for the path '{path:.200}'."
        raise Malformed(message, code="unallowed_patch")
    if name != "remove" and "value" not in operation:
        raise no_json(f"the operation '{name}' of '{path:.200}' has no value")
    return {**operation, "path": _spelled(path)}


def _spelled(path: str) -> str:
    """The path with the spelling of documents in `runtime.k8s`."""
    if not path.startswith(_K8S):
        return path
    field, separator, inner = path.removeprefix(_K8S).partition("/")
    return f"{_K8S}{field_of(field, K8s.model_fields)}{separator}{inner}"


def _apply(document: Document, operation: Document) -> None:
    if operation["op"] == "replace" and _absent(document, operation["path"]):
        operation = {**operation, "op": "add"}
    try:
        jsonpatch.JsonPatch([operation]).apply(document, in_place=True)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
        path = f"{operation['op']} operation does not apply at {operation['path']:.200}"
        raise no_json(f"{path}: {error!s:.200}") from None


def _absent(document: Document, path: str) -> bool:
    """Whether a path leads to a field that an object does not have."""
    node: object = document
    steps = [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]
    for step in steps[:-1]:
        if isinstance(node, dict):
            node = node.get(step)
        elif isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
        else:
            return False
    return isinstance(node, dict) and steps[-1] not in node
