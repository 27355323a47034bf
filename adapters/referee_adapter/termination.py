"""The container's termination message: the second way home for a result.

The kubelet keeps at most 4096 bytes of it. A result that is longer is cut in the order of what is missed least:
slices, what evaluators have beside their measures, compared metrics beyond the first, metrics other than the primary
(the last first), evaluators (the last first), the rest of the message; the verdict's number and the sample counts
never. `truncated` tells the reader.
"""

import json
import logging
from pathlib import Path
from typing import Any

_LIMIT = 4096
_DETAILS = ("distribution", "choices", "agreement", "causes")
_log = logging.getLogger(__name__)


def cut(result: dict[str, Any], primary: str | None, limit: int = _LIMIT) -> str:
    """The result as JSON text of at most `limit` bytes of UTF-8.

    Args:
        result: a result as it travels.
        primary: the metric that stands for the benchmark; None: the first.
        limit: bytes.
    """
    if _size(result) <= limit:
        return _dump(result)
    short = _without_details({key: value for key, value in result.items() if key != "slices"}, limit)
    metrics = list(short["metrics"])
    kept = next((metric for metric in metrics if _is(metric["name"], primary)), metrics[0] if metrics else None)
    while _size(short) > limit and len(metrics) > 1:
        metrics.remove(next(metric for metric in reversed(metrics) if metric is not kept))
        short["metrics"] = metrics
    while _size(short) > limit and short.get("evaluators"):
        short["evaluators"] = short["evaluators"][:-1]
    while (excess := _size(short) - limit) > 0 and short.get("message"):
        short["message"] = short["message"][: -max(1, excess // 6)]  # a character is at most 6 bytes of JSON
    return _dump(short)


def write(path: Path, text: str) -> None:
    """Leave the message; where that is impossible, the log has it.

    The file is mounted by the kubelet, so it is written in place: a rename would leave the mount behind.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        _log.warning("cannot write the termination message to %s: %s", path, error)


def _without_details(result: dict[str, Any], limit: int) -> dict[str, Any]:
    """The result, less what nothing is decided by, as far as it is too long."""
    short = result | {"truncated": True}
    if _size(short) > limit and short.get("evaluators"):
        kept = [{key: e[key] for key in e if key not in _DETAILS} for e in short["evaluators"]]
        short["evaluators"] = kept
    if _size(short) > limit and short.get("comparison"):
        short["comparison"] = short["comparison"] | {"metrics": short["comparison"]["metrics"][:1]}
    return short


def _is(name: str, primary: str | None) -> bool:
    return primary is not None and name in (primary, f"{primary},none")


def _dump(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _size(document: dict[str, Any]) -> int:
    return len(_dump(document).encode())
