"""How metrics reach Prometheus, and how people reach it: Traefik's part in it (decision 0028).

Traefik is on the host's network, and Prometheus on the control network alone. So Traefik tells its
metrics at the host's address on that network, to Prometheus only, and leads a port of the host's
loopback to it.
"""

from typing import Any

from components.core.addresses import (
    exporter_address,
    host_address,
    operations_address,
    prometheus_address,
)
from components.core.model import Edge, StackSpec

PROMETHEUS_PORT = 9090
# Of the host's address on the control network.
TRAEFIK_METRICS_PORT = 9183
EXPORTER_PORT = 9184
# Where the socket-proxy lets the exporter read.
METRICS_SOCKET = "/run/metrics-proxy/docker.sock"
DATA_DIR = "/prometheus"
# A page of elsewhere whose name leads to 127.0.0.1 brings its own name along, and is refused.
LOOPBACK = "Host(`127.0.0.1`) || Host(`localhost`) || Host(`[::1]`)"


def metrics_flags(spec: StackSpec) -> list[str]:
    """What Traefik's command line has for it; nothing where no metrics are kept."""
    if spec.observability is None:
        return []
    metrics, ui = "--entrypoints.metrics", "--entrypoints.prometheus"
    prometheus = "--metrics.prometheus"
    return [
        f"{metrics}.address={host_address(spec.edge)}:{TRAEFIK_METRICS_PORT}",
        f"{metrics}.observability.accesslogs=false",
        f"{metrics}.observability.metrics=false",
        f"{ui}.address=127.0.0.1:{spec.observability.port}",
        f"{ui}.observability.accesslogs=false",
        f"{ui}.observability.metrics=false",
        f"{prometheus}=true",
        # A router is an endpoint of an instance; its services are the lanes, eight to each.
        f"{prometheus}.addrouterslabels=true",
        f"{prometheus}.addserviceslabels=false",
        f"{prometheus}.manualrouting=true",
    ]


def metrics_routers(spec: StackSpec) -> dict[str, Any]:
    """The routers of the two entry points."""
    if spec.observability is None:
        return {}
    # An instance, too, reaches what listens at an address of the host; none has this address.
    asker = f"ClientIP(`{prometheus_address(spec.edge)}`)"
    return {
        "metrics": {
            "entryPoints": ["metrics"],
            "rule": f"{asker} && Path(`/metrics`)",
            "service": "prometheus@internal",
        },
        "prometheus": {
            "entryPoints": ["prometheus"],
            "rule": LOOPBACK,
            "service": "prometheus",
        },
    }


def metrics_services(spec: StackSpec) -> dict[str, Any]:
    """The service that is Prometheus."""
    if spec.observability is None:
        return {}
    url = f"http://{prometheus_address(spec.edge)}:{PROMETHEUS_PORT}"
    return {"prometheus": {"loadBalancer": {"servers": [{"url": url}]}}}


def prometheus_flags(days: int, mib: int) -> list[str]:
    """The command line of Prometheus, which keeps metrics for so long, and so many, at most."""
    return [
        "--config.file=/etc/prometheus/prometheus.yml",
        f"--storage.tsdb.path={DATA_DIR}",
        f"--storage.tsdb.retention.time={days}d",
        # Its MB are MiB.
        f"--storage.tsdb.retention.size={mib}MB",
        # By default any page that a browser shows may read the answers.
        "--web.cors.origin=no-page",
        f"--web.listen-address=0.0.0.0:{PROMETHEUS_PORT}",
    ]


def target_addresses(edge: Edge) -> dict[str, str]:
    """The addresses of what its configuration names as targets."""
    return {
        "authgate": operations_address(edge),
        "exporter": exporter_address(edge),
        "traefik": host_address(edge),
    }
