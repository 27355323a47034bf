"""JSON merge patch (RFC 7386) and the part of JSON patch (RFC 6902) that we use."""

from copy import deepcopy
from typing import Any


class PatchError(Exception):
    """A JSON patch that does not apply."""


def merge_patch(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return deepcopy(patch)
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def json_patch(target: dict[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
    result = deepcopy(target)
    for operation in operations:
        _apply(result, operation)
    return result


def _apply(document: dict[str, Any], operation: dict[str, Any]) -> None:
    op, path = operation["op"], operation["path"]
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    place: Any = document
    try:
        for part in parents:
            place = place[int(part)] if isinstance(place, list) else place[part]
    except (KeyError, IndexError, ValueError):
        raise PatchError(f"{op} operation does not apply: doc is missing path: {path}") from None
    match op:
        case "test":
            # As in the API server's library, a missing member equals null.
            if _read(place, last) != operation.get("value"):
                raise PatchError(f"testing value {path} failed")
        case "add" if isinstance(place, list):
            place.insert(len(place) if last == "-" else int(last), deepcopy(operation["value"]))
        case "add":
            place[last] = deepcopy(operation["value"])
        case "replace" | "remove" if _missing(place, last):
            raise PatchError(f"{op} operation does not apply: {path} is missing")
        case "replace":
            place[int(last) if isinstance(place, list) else last] = deepcopy(operation["value"])
        case "remove":
            del place[int(last) if isinstance(place, list) else last]
        case other:
            raise PatchError(f"operation {other} is not known here")


def _read(place: Any, last: str) -> Any:
    if isinstance(place, list):
        return place[int(last)] if int(last) < len(place) else None
    return place.get(last)


def _missing(place: Any, last: str) -> bool:
    return int(last) >= len(place) if isinstance(place, list) else last not in place
