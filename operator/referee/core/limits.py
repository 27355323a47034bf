"""A benchmark's status within its share of the whole, so that 64 of them can never outgrow etcd.

Each benchmark is cut when it is written, to a share that depends on the plan alone: a finished benchmark may not
change afterwards, so what another one needs can never be taken from it. Metrics that are not primary go, the last
first; never phase, reason or primary score.
"""

import json

from referee.api.status import MAX_METRICS, MESSAGE_BYTES, TERMINAL, BenchmarkStatus, EvaluationJobStatus

MAX_STATUS_BYTES = 192 * 1024
_ELSEWHERE = (48 + 28 + 6) * 1024
"""The plan, the gates, and conditions, attempts and counters."""


def bounded(status: EvaluationJobStatus, before: EvaluationJobStatus) -> EvaluationJobStatus:
    """The status with every unfinished or just finished benchmark within its share; `before` is as it was read."""
    share = (MAX_STATUS_BYTES - _ELSEWHERE) // max(1, len(status.benchmarks))
    written = {(b.index, b.attempt) for b in before.benchmarks if b.phase in TERMINAL}
    benchmarks = [b if (b.index, b.attempt) in written else _bounded(b, share) for b in status.benchmarks]
    return status.model_copy(update={"benchmarks": benchmarks})


def _bounded(benchmark: BenchmarkStatus, share: int) -> BenchmarkStatus:
    if benchmark.message is not None and len(benchmark.message.encode()) > MESSAGE_BYTES:
        text = benchmark.message.encode()[: MESSAGE_BYTES - len("…".encode())].decode(errors="ignore")
        benchmark = benchmark.model_copy(update={"message": text + "…"})
    metrics = benchmark.metrics[:MAX_METRICS]
    while metrics and _size(benchmark.model_copy(update={"metrics": metrics})) > share:
        metrics = metrics[:-1]
    if len(metrics) < len(benchmark.metrics):
        benchmark = benchmark.model_copy(update={"metrics": metrics, "truncated": True})
    return benchmark


def _size(benchmark: BenchmarkStatus) -> int:
    return len(json.dumps(benchmark.wire(), ensure_ascii=False).encode())
