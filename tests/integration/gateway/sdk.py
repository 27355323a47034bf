"""The adapter side of the published SDK.

A package below it warns of its own age while it is imported, and the SDK of fields that it reads itself: `QUIET` is
the mark of tests that call it.
"""

import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from evalhub.adapter import DefaultCallbacks, JobPhase, JobResults, JobStatus, JobStatusUpdate
    from evalhub.adapter.models.job import MessageInfo
    from evalhub.models.api import EvaluationResult, MetricSchema

QUIET = pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")

__all__ = [
    "QUIET",
    "DefaultCallbacks",
    "EvaluationResult",
    "JobPhase",
    "JobResults",
    "JobStatus",
    "JobStatusUpdate",
    "MessageInfo",
    "MetricSchema",
    "close",
]


def close(callbacks: DefaultCallbacks) -> None:
    """Close its connections; the SDK leaves that to the end of the adapter."""
    if (client := callbacks._http_client) is not None:
        client.close()
