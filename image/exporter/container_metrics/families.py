"""Containers as families of metrics; every sample has the labels of `LABELS`."""

from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from container_metrics.engine import Container

LABELS = ("part", "role", "instance", "type")


def families(containers: Iterable[Container]) -> Iterator[Metric]:
    """Every family; one that nothing is known for is left empty."""
    known = list(containers)
    yield from _conditions(known)
    yield from _usage(known)


def _conditions(containers: list[Container]) -> Iterator[Metric]:
    state = _gauge("state", "1 for the state that the engine says it is in.", "state")
    health = _gauge("health", "1 for what its health check says.", "health")
    failing = _gauge("failing", "1 for each program that its check says fails.", "program")
    started = _gauge("started_timestamp_seconds", "When it last started.")
    restarts = _counter("restarts", "Restarts by the engine since it was made.")
    for container in containers:
        labels = _labels(container)
        state.add_metric((*labels, container.state), 1)
        restarts.add_metric(labels, container.restarts)
        if container.usage is not None:
            started.add_metric(labels, container.started)
            # Of one that stands still, the engine tells what was.
            if container.health is not None:
                health.add_metric((*labels, container.health), 1)
            for program in container.failing:
                failing.add_metric((*labels, program), 1)
    yield from (state, health, failing, started, restarts)


def _usage(containers: list[Container]) -> Iterator[Metric]:
    memory = _gauge("memory_bytes", "Memory in use, without what can be dropped.")
    limit = _gauge("memory_limit_bytes", "Memory that it may use.")
    cpu = _counter("cpu_seconds", "Processor time.")
    pids = _gauge("pids", "Processes and threads.")
    for container in containers:
        if container.usage is not None:
            labels = _labels(container)
            memory.add_metric(labels, container.usage.memory)
            limit.add_metric(labels, container.usage.limit)
            cpu.add_metric(labels, container.usage.cpu)
            pids.add_metric(labels, container.usage.pids)
    yield from (memory, limit, cpu, pids)


def _labels(container: Container) -> tuple[str, str, str, str]:
    return (container.part, container.role, container.instance, container.type)


def _gauge(name: str, text: str, *more: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"mcpier_container_{name}", text, labels=(*LABELS, *more))


def _counter(name: str, text: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"mcpier_container_{name}", text, labels=LABELS)
