"""What Prometheus alerts to now, where the stack keeps metrics."""

import json
from collections.abc import Iterator

from components.core.model import StackSpec
from components.core.naming import host_name
from components.core.observability import PROMETHEUS_PORT
from components.core.parts import PROMETHEUS
from console import docker
from console.findings import Finding

FIRING = "firing"
CRITICAL = "critical"


def alerts(spec: StackSpec) -> Iterator[Finding]:
    """The alerts that fire; asked in the container itself, wherever its host is."""
    url = f"http://127.0.0.1:{PROMETHEUS_PORT}/api/v1/alerts"
    said = docker.run_in(host_name(spec.stack, PROMETHEUS), "curl", "-fsS", "-m", "5", url)
    for alert in json.loads(said)["data"]["alerts"]:
        if alert["state"] == FIRING:
            yield Finding(
                what=f"{alert['labels']['alertname']}: {alert['annotations']['summary']}",
                remedy=f"see {alert['annotations']['runbook']}",
                serious=alert["labels"]["severity"] == CRITICAL,
            )
