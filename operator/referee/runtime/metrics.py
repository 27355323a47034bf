"""Our Prometheus metrics, in a registry of their own. No label is ever per object: 12,000 jobs are one time series.

The queue's names are client-go's, without our prefix, so that dashboards and alerts made for any controller fit.
Gauges over what the caches hold are computed when Prometheus asks (`observe`), not kept up to date in between.
"""

import time
from collections.abc import Callable, Iterable, Mapping

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from referee.api.status import EvaluationJobStatus
from referee.runtime.paths import describe
from referee.runtime.queue_metrics import SECONDS, QueueVectors

_MINUTES = (1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)
"""Evaluations take from seconds to a day."""


class Metrics:
    """Every metric that is counted as it happens."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.api_requests = Counter(
            "referee_api_requests",
            "Requests to the API server, kopf's included; code 0 is no answer.",
            ["verb", "resource", "code"],
            registry=self.registry,
        )
        self.api_seconds = Histogram(
            "referee_api_request_duration_seconds",
            "Time until the API server's answer began; watches are left out.",
            ["verb", "resource"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.api_throttled = Counter(
            "referee_api_throttled_seconds", "Time our writes waited for the rate limit.", registry=self.registry
        )
        self.reconciles = Counter(
            "referee_reconcile", "Looks at a job, by what came of it.", ["result"], registry=self.registry
        )
        self.reconcile_seconds = Histogram(
            "referee_reconcile_duration_seconds", "Time of one look.", buckets=SECONDS, registry=self.registry
        )
        self.job_seconds = Histogram(
            "referee_evaluationjob_duration_seconds",
            "From acceptance to the end of an attempt, by how it ended.",
            ["phase"],
            buckets=_MINUTES,
            registry=self.registry,
        )
        self.queue_seconds = Histogram(
            "referee_benchmark_wait_seconds",
            "From a job's acceptance until a benchmark's pod was seen running.",
            buckets=_MINUTES,
            registry=self.registry,
        )
        self.benchmarks = Counter(
            "referee_benchmarks_finished", "Benchmarks, by how they ended.", ["phase", "reason"], registry=self.registry
        )
        self.events = Counter("referee_events", "Kubernetes Events, by outcome.", ["outcome"], registry=self.registry)
        self.queues = QueueVectors(self.registry)
        self.leader = Gauge("referee_leader", "1 while this process holds the Lease.", registry=self.registry)

    async def middleware(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Count a request of the shared session."""
        watch = request.url.query.get("watch") == "true"
        verb, resource = describe(request.method, request.url.path, watch=watch)
        started = time.perf_counter()
        code = "0"
        try:
            response = await handler(request)
            code = str(response.status)
        finally:
            self.api_requests.labels(verb, resource, code).inc()
            if not watch:
                self.api_seconds.labels(verb, resource).observe(time.perf_counter() - started)
        return response

    def throttled(self, seconds: float) -> None:
        """Count what `TokenBucket` held back."""
        self.api_throttled.inc(seconds)

    def event(self, outcome: str) -> None:
        """Count what became of an Event."""
        self.events.labels(outcome).inc()

    def transitions(self, before: EvaluationJobStatus, after: EvaluationJobStatus) -> None:
        """Count what one write of a status has changed."""
        stood = {b.index: b for b in before.benchmarks}
        for benchmark in after.benchmarks:
            earlier = stood.get(benchmark.index)
            if benchmark.start_time and after.start_time and not (earlier and earlier.start_time):
                self.queue_seconds.observe((benchmark.start_time - after.start_time).total_seconds())
            if benchmark.completion_time and not (earlier and earlier.completion_time):
                self.benchmarks.labels(benchmark.phase, benchmark.reason or "").inc()
        if after.completion_time and after.start_time and not before.completion_time:
            seconds = (after.completion_time - after.start_time).total_seconds()
            self.job_seconds.labels(after.phase or "").observe(seconds)

    def observe(
        self, name: str, description: str, labels: tuple[str, ...], read: Callable[[], Mapping[tuple[str, ...], float]]
    ) -> None:
        """Add a gauge whose values, by label values, are read when Prometheus asks."""
        self.registry.register(_Observed(name, description, labels, read))


class _Observed(Collector):
    """A gauge that is read when Prometheus asks."""

    def __init__(
        self, name: str, description: str, labels: tuple[str, ...], read: Callable[[], Mapping[tuple[str, ...], float]]
    ) -> None:
        self._name = name
        self._description = description
        self._labels = labels
        self._read = read

    def describe(self) -> Iterable[Metric]:
        """Name the metric without reading it: registering must not call what is not ready yet."""
        return [GaugeMetricFamily(self._name, self._description, labels=self._labels)]

    def collect(self) -> Iterable[Metric]:
        """Read."""
        family = GaugeMetricFamily(self._name, self._description, labels=self._labels)
        for values, number in self._read().items():
            family.add_metric(values, number)
        return [family]
