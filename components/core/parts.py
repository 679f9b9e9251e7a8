"""The platform's containers, by the part of their name that follows the stack's."""

from components.core.model import HostDir, StackSpec

AUTHGATE = "authgate"
CERTIFICATES = "certificates"
SOCKET_PROXY = "socket-proxy"
TRAEFIK = "traefik"


def platform_parts(spec: StackSpec) -> tuple[str, ...]:
    """The platform's own, each of which every instance needs."""
    followed = (CERTIFICATES,) if isinstance(spec.tls, HostDir) else ()
    return (TRAEFIK, AUTHGATE, SOCKET_PROXY, *followed)
