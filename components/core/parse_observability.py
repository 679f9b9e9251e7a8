"""Reads `mcpier:observability`: whether metrics are kept, where they are seen and for how long."""

from components.core.model import Edge, Observability
from components.core.observability import TRAEFIK_METRICS_PORT
from components.core.section import Section

KEY = "observability"


def parse_observability(root: Section, edge: Edge) -> Observability | None:
    """None where the section is not there; an empty one has every default."""
    if not root.has(KEY):
        return None
    section = root.section(KEY)
    found = Observability(
        port=_port(section, edge),
        retention_days=section.integer(
            "retentionDays",
            least=1,
            most=3650,
            remedy="Write for how many days metrics are kept.",
            default=15,
        ),
        retention_mib=section.integer(
            "retentionMiB",
            least=128,
            most=1 << 20,
            remedy="Write how many MiB of disk metrics may take.",
            default=1024,
        ),
    )
    section.close()
    return found


def _port(section: Section, edge: Edge) -> int:
    remedy = "Pick a port that is free on the Docker host."
    port = section.integer("port", least=1, most=65535, remedy=remedy, default=9090)
    everywhere = {edge.http_port: "httpPort", edge.https_port: "httpsPort"}
    if name := everywhere.get(TRAEFIK_METRICS_PORT):
        remedy = f"Give mcpier:edge.{name} another one: Traefik tells its metrics there."
        section.reject(f"a port other than mcpier:edge.{name}", TRAEFIK_METRICS_PORT, remedy)
    held = everywhere | {edge.admin_port: "adminPort"}
    if port in held:
        found = f"{port}, which is mcpier:edge.{held[port]} too"
        section.mismatch("port", "a port of its own", found, "Give each its own.")
    return port
