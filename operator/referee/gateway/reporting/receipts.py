"""What one pod of several leaves on its child: a receipt of its own share, since no pod has the result of all.

Its samples and scores are in the results store already, which is why a receipt says no more than how many they were. It
is kept beside those of the others, by the pod's index: the first one of each stands. One result for all of them would
refuse every pod but the quickest.
"""

from typing import Any

from referee.api.names import ANNOTATION_RECEIPT
from referee.core import result
from referee.gateway.reporting.children import Document

MAX_BYTES = 1024
"""Of one; a Job may have 64."""
_KEPT = ("status", "samples", "receipt", "reason", "message")
_LONG = 128
"""Characters of a reason."""


def name_of(share: int) -> str:
    """The annotation of the pod with this index."""
    return f"{ANNOTATION_RECEIPT}{share}"


def receipt_of(document: Document) -> dict[str, Any]:
    """What is kept of the result of a share; of a failure as much of what it says as fits."""
    whole = dict(document)
    small = {"digest": result.digest(whole), **{key: whole[key] for key in _KEPT if whole.get(key) is not None}}
    if "reason" in small:
        small["reason"] = str(small["reason"])[:_LONG]
    while len(result.canonical(small)) > MAX_BYTES and small.get("message"):
        small["message"] = str(small["message"])[: len(str(small["message"])) * 3 // 4]
    if len(result.canonical(small)) > MAX_BYTES:  # an adapter that is not ours made it
        return {"digest": small["digest"], "status": small["status"]}
    return small
