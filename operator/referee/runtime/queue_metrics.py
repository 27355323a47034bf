"""Work queues as Prometheus sees them, under client-go's names and with its label `name`."""

from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from referee.runtime.workqueue import WorkQueue

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Buckets: from an answer out of the cache to a call that timed out."""


class QueueVectors(Collector):
    """The vectors, one label value a queue: `of` gives a queue its counters, `watch` reads its state when asked."""

    def __init__(self, registry: CollectorRegistry) -> None:
        names = ["name"]
        self._adds = Counter("workqueue_adds", "Keys put in line.", names, registry=registry)
        self._retries = Counter("workqueue_retries", "Keys put off after a failure.", names, registry=registry)
        self._waited = Histogram(
            "workqueue_queue_duration_seconds", "Time in line.", names, buckets=SECONDS, registry=registry
        )
        self._worked = Histogram(
            "workqueue_work_duration_seconds", "Time of work.", names, buckets=SECONDS, registry=registry
        )
        self._queues: dict[str, WorkQueue[Any]] = {}
        registry.register(self)

    def of(self, name: str) -> "PrometheusQueue":
        """Give the counters for the queue of this name, to be passed to its constructor."""
        return PrometheusQueue(
            self._adds.labels(name), self._retries.labels(name), self._waited.labels(name), self._worked.labels(name)
        )

    def watch(self, name: str, queue: WorkQueue[Any]) -> None:
        """Show the queue's depth and what it works on."""
        self._queues[name] = queue

    def describe(self) -> Iterable[Metric]:
        """Name the gauges."""
        return self._families()

    def collect(self) -> Iterable[Metric]:
        """Read the queues."""
        depth, unfinished, longest = families = self._families()
        for name, queue in self._queues.items():
            depth.add_metric([name], len(queue))
            unfinished.add_metric([name], queue.unfinished())
            longest.add_metric([name], queue.longest_running())
        return families

    @staticmethod
    def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
        return (
            GaugeMetricFamily("workqueue_depth", "Keys in line.", labels=["name"]),
            GaugeMetricFamily("workqueue_unfinished_work_seconds", "Seconds of work under way.", labels=["name"]),
            GaugeMetricFamily(
                "workqueue_longest_running_processor_seconds", "Seconds of the slowest key.", labels=["name"]
            ),
        )


class PrometheusQueue:
    """What one queue counts: a `workqueue.QueueMetrics`."""

    def __init__(self, adds: Counter, retries: Counter, waited: Histogram, worked: Histogram) -> None:
        self.added = adds.inc
        self.retried = retries.inc
        self.started = waited.observe
        self.finished = worked.observe
