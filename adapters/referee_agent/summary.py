"""The agent's termination message: the result as one short document, should the gateway never have it.

The kubelet keeps 4096 bytes. What goes first where a result is longer: metrics other than the primary, from the last
on, then what does not fit of the message. `referee_adapter.termination` does this for the documents of our own
adapters; an import of it costs the agent half of its memory again.
"""

import json
import logging
from pathlib import Path
from typing import Any

_LIMIT = 4096 - len(',"undelivered":true')
_BESIDE = 1024
"""Characters that a message may keep beside metrics; without any it may have all there is."""
_SMALL = 256
"""Bytes of any other field; the words and counts that are meant to stand there are shorter."""

Json = dict[str, Any]
log = logging.getLogger(__name__)


def short(result: Json, primary: str | None) -> Json:
    """The document of a result, cut so that it fits.

    Args:
        result: the whole document.
        primary: the metric that stands for the benchmark; None: the first.
    """
    if len(_dump(result)) <= _LIMIT:
        return result
    metrics, message = result.get("metrics", []), str(result.get("message", ""))
    rest = {key: value for key, value in result.items() if key not in ("metrics", "message")}
    document = {key: value for key, value in rest.items() if len(_dump(value)) <= _SMALL} | {"truncated": True}
    document["message"] = message[:_BESIDE] if metrics else message
    while (over := len(_dump(document)) - _LIMIT) > 0:
        document["message"] = document["message"][: -max(1, over // 6)]  # a character is at most 6 bytes of JSON
    if metrics:
        document["metrics"] = _first(metrics, primary, _LIMIT - len(_dump(document | {"metrics": []})))
    return document


def write(path: Path, result: Json, *, undelivered: bool) -> None:
    """Leave the message. In place: the kubelet mounted the file, and a rename would leave the mount behind.

    Args:
        path: where the kubelet reads it.
        result: what `short` made.
        undelivered: the gateway has never acknowledged it.
    """
    try:
        path.write_bytes(_dump(result | ({"undelivered": True} if undelivered else {})))
    except OSError as error:
        log.warning("cannot write the termination message to %s: %s", path, error)


def _first(metrics: list[Json], primary: str | None, room: int) -> list[Json]:
    """The primary metric and the first of the others, as many as fit, in their order."""
    names = (primary, f"{primary},none")
    chosen = next((i for i, metric in enumerate(metrics) if primary and metric["name"] in names), 0)
    kept = []
    for i in (chosen, *(i for i in range(len(metrics)) if i != chosen)):
        room -= len(_dump(metrics[i])) + len(",")
        if room < -len(","):
            break
        kept.append(i)
    return [metrics[i] for i in sorted(kept)]


def _dump(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
