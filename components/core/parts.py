"""The platform's containers, by the part of their name that follows the stack's."""

from components.core.model import HostDir, StackSpec

AUTHGATE = "authgate"
CERTIFICATES = "certificates"
EXPORTER = "exporter"
PROMETHEUS = "prometheus"
SOCKET_PROXY = "socket-proxy"
TRAEFIK = "traefik"


def platform_parts(spec: StackSpec) -> tuple[str, ...]:
    """The platform's own: those that every instance needs, then those that look on."""
    followed = (CERTIFICATES,) if isinstance(spec.tls, HostDir) else ()
    watching = (PROMETHEUS, EXPORTER) if spec.observability else ()
    return (TRAEFIK, AUTHGATE, SOCKET_PROXY, *followed, *watching)
