"""The results of a benchmark as EvalHub's documents have them.

From the full document where the store has it, else from the resource's status, which keeps the first few metrics.
"""

import math
from collections.abc import Mapping
from typing import Any

from referee.gateway.evalhub.wire.config import said
from referee.gateway.evalhub.wire.states import RESULT_TYPES

Document = dict[str, Any]


def metrics_of(status: Mapping[str, Any], full: Mapping[str, Any] | None) -> Document:
    """Name and value of each metric."""
    if full is None:
        return {str(m.get("name")): m.get("value") for m in status.get("metrics") or () if _is_number(m.get("value"))}
    listed = full.get("metrics")
    entries = [m for m in listed if isinstance(m, dict)] if isinstance(listed, list) else []
    values = {str(m.get("name")): m.get("value") for m in entries if _is_number(m.get("value"))}
    others = full.get("otherMetrics")
    return {**values, **(others if isinstance(others, dict) else {})}


def benchmark_result(
    index: int, status: Mapping[str, Any], full: Mapping[str, Any] | None, test: Document | None
) -> Document:
    """One entry of `results.benchmarks`."""
    metrics = metrics_of(status, full)
    full = full or {}
    return {
        "id": status.get("id", ""),
        "provider_id": status.get("provider", ""),
        "benchmark_index": index,
        **said(
            {
                "metrics": metrics,
                "metrics_schema": _schema(metrics, full.get("metricsSchema")),
                "additional_info": _object(full.get("additionalInfo")),
                "artifacts": _object(full.get("artifacts")),
                "mlflow_run_id": _text(full.get("mlflowRunId")),
                "logs_path": _text(full.get("logsPath")),
                "test": test,
            }
        ),
    }


def _schema(metrics: Document, given: object) -> list[Document]:
    """The kind of each metric, in the order of the metrics; what nobody told is numeric."""
    told = given if isinstance(given, list) else []
    kinds = {entry.get("name"): entry.get("type") for entry in told if isinstance(entry, dict)}
    return [{"name": name, "type": _kind(kinds.get(name))} for name in metrics]


def _kind(told: object) -> str:
    return told if isinstance(told, str) and told in RESULT_TYPES else RESULT_TYPES[0]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _object(value: object) -> Document | None:
    return value if isinstance(value, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
