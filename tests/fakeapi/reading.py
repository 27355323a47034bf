"""LIST and WATCH: pages, selectors, and what a watch with a selector says when an object leaves it."""

import base64
import json
from collections.abc import Mapping

from tests.fakeapi.collection import Change, Collection, Object
from tests.fakeapi.selectors import matches
from tests.fakeapi.status import ApiFailureError
from tests.fakeapi.store import Store


def list_page(store: Store, where: Collection, namespace: str, query: Mapping[str, str]) -> Object:
    start, revision = ("", ""), store.revision
    if token := query.get("continue"):
        at = json.loads(base64.b64decode(token))
        start, revision = (at["namespace"], at["name"]), at["revision"]
        if revision < where.oldest:
            raise ApiFailureError(410, "Expired", "The provided continue parameter is too old")
    found = [
        obj
        for key, obj in sorted(where.objects.items())
        if key > start and _selected(obj, namespace, query) and int(obj["metadata"]["resourceVersion"]) <= revision
    ]
    limit = int(query.get("limit", 0)) or len(found)
    meta: dict[str, object] = {"resourceVersion": str(revision)}
    if len(found) > limit:
        last = found[limit - 1]["metadata"]
        at = {"namespace": last["namespace"], "name": last["name"], "revision": revision}
        meta["continue"] = base64.b64encode(json.dumps(at).encode()).decode()
        meta["remainingItemCount"] = len(found) - limit
    version = "v1" if not where.group else f"{where.group}/{_version(where)}"
    items = [{k: v for k, v in obj.items() if k not in {"apiVersion", "kind"}} for obj in found[:limit]]
    return {"kind": f"{where.kind}List", "apiVersion": version, "metadata": meta, "items": items}


def watch_line(change: Change, namespace: str, query: Mapping[str, str]) -> bytes | None:
    now = change.type != "DELETED" and _selected(change.object, namespace, query)
    before = change.before is not None and _selected(change.before, namespace, query)
    if not now and not before:
        return None
    kind = "DELETED" if not now else "MODIFIED" if before else "ADDED"
    return json.dumps({"type": kind, "object": change.object}).encode() + b"\n"


def _selected(obj: Object, namespace: str, query: Mapping[str, str]) -> bool:
    if namespace and obj["metadata"]["namespace"] != namespace:
        return False
    return matches(obj, query.get("labelSelector", ""), query.get("fieldSelector", ""))


def _version(where: Collection) -> str:
    return "v1alpha1" if where.group.endswith("referee.dev") else "v1"
