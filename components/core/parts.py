"""The platform's containers, by the part of their name that follows the stack's."""

from components.core.model import HostDir, StackSpec

AUTHGATE = "authgate"
CERTIFICATES = "certificates"
DOCKER_READER = "docker-reader"
EXPORTER = "exporter"
PORTAL = "portal"
PROMETHEUS = "prometheus"
SOCKET_PROXY = "socket-proxy"
TRAEFIK = "traefik"


def has_portal(spec: StackSpec) -> bool:
    """Whether `app.<domain>` is the portal's."""
    return spec.webapp is None


def platform_parts(spec: StackSpec) -> tuple[str, ...]:
    """The platform's own: what every instance needs, then those that look on."""
    followed = (CERTIFICATES,) if isinstance(spec.tls, HostDir) else ()
    portal = (PORTAL, DOCKER_READER) if has_portal(spec) else ()
    watching = (PROMETHEUS, EXPORTER) if spec.observability else ()
    return (TRAEFIK, AUTHGATE, SOCKET_PROXY, *followed, *portal, *watching)
