"""`python3 -m container_metrics`: serves until SIGTERM."""

import signal
import sys

from container_metrics.engine import Engine
from container_metrics.server import Server

# Where the socket-proxy answers; both are what the stack mounts and Prometheus asks
# (components/core/observability.py).
SOCKET = "/run/metrics-proxy/docker.sock"
ADDRESS = ("0.0.0.0", 9184)

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with Server(ADDRESS, Engine(SOCKET)) as server:
    server.serve_forever()
