"""The journal and the registry in Prometheus's terms, put together when they are asked for."""

from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from authgate.audit import Findings
from authgate.context import Context
from authgate.journal import BUCKETS, Counted


class ContextCollector(Collector):
    """Reads one process's state, in any thread; `audit` looks at the registry."""

    def __init__(self, context: Context, counted: Counted, audit: Callable[[], Findings]) -> None:
        self._context = context
        self._counted = counted
        self._audit = audit

    def collect(self) -> Iterator[Metric]:
        """All of authgate's own metrics."""
        yield _decisions(self._counted)
        yield _latencies(self._counted)
        yield _gauge(
            "throttle_entries", "Networks with recent failures.", len(self._context.limits)
        )
        yield _gauge(
            "ended_sessions", "Sessions signed out before their end.", len(self._context.ended)
        )
        yield _gauge("cached_records", "Records in memory.", self._context.registry.cached)
        findings = self._audit()
        yield _gauge("registry_instances", "Records in the registry.", findings.instances)
        yield _gauge("registry_problems", "What readiness complains of.", len(findings.problems))
        yield _gauge(
            "registry_written_timestamp_seconds", "When it last changed.", findings.written
        )


def _decisions(counted: Counted) -> Metric:
    family = CounterMetricFamily(
        "authgate_decisions", "Decisions by instance and reason.", labels=("instance", "reason")
    )
    for (instance, reason), count in counted.decisions.items():
        family.add_metric((instance, reason), count)
    return family


def _latencies(counted: Counted) -> Metric:
    bounds = [*map(str, BUCKETS), "+Inf"]
    buckets = list(zip(bounds, accumulate(counted.latencies), strict=True))
    family = HistogramMetricFamily("authgate_decision_seconds", "Time taken by a decision.")
    family.add_metric((), buckets, counted.seconds)
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"authgate_{name}", text, value)
