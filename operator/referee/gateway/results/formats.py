"""The formats in which results can be had, each as it is read: what stands in one, `core.export` says."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from referee.core.export import junit, table
from referee.core.export.junit import JUnit

Json = dict[str, Any]
Rows = Callable[[], AsyncIterator[Json]]
"""Reads the samples, anew each time."""

KINDS = {
    "json": "application/json",
    "jsonl": "application/jsonl",
    "csv": "text/csv; charset=utf-8",
    "junit": "application/xml",
}
ENDINGS = {"csv": "csv", "junit": "xml"}
"""Of the formats that a browser is to save."""


async def as_lines(rows: Rows) -> AsyncIterator[bytes]:
    """JSON Lines."""
    async for row in rows():
        yield json.dumps(row, separators=(",", ":"), allow_nan=False).encode() + b"\n"


async def as_csv(rows: Rows, evaluators: Sequence[str]) -> AsyncIterator[bytes]:
    """CSV, with a header."""
    yield table.header(evaluators).encode()
    async for row in rows():
        yield table.line(row, evaluators).encode(errors="replace")


async def as_junit(job: Mapping[str, Any], rows: Rows) -> AsyncIterator[bytes]:
    """JUnit; the samples are read several times."""
    report = JUnit(job)
    async for row in rows():
        report.count(row)
    yield (junit.HEAD + report.run()).encode()
    for suite in list(report.suites):
        yield suite.head().encode()
        async for row in rows():
            yield report.case(suite, row).encode()
        yield junit.SUITE_TAIL.encode()
    yield (report.gates() + junit.TAIL).encode()
