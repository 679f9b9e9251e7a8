"""Names of what a stack has on its Docker host, and the labels that mark it as the stack's."""

from collections.abc import Mapping

# Role of a container, network, volume or image; `instance` is the role of an MCP server's parts.
INSTANCE = "instance"
# A container beside an instance's own.
SIDECAR = "sidecar"
# The networks of the platform's own parts (addresses.py).
CONTROL = "control"
GATE = "gate"
# The networks of instances: those that reach the internet, and those that reach nothing.
INSTANCES = "instances"
OFFLINE = "offline"
# For helpers: the rights that a container of the stack has without any of its own.
LOCKED = "--read-only --cap-drop ALL --security-opt no-new-privileges"


def host_name(stack: str, part: str) -> str:
    """The name on the Docker host of a container, network or volume: unique across stacks."""
    return f"mcpier-{stack}-{part}"


def labels(stack: str, role: str) -> dict[str, str]:
    """What every object of a stack carries; a sweep by `mcpier.stack` finds all of them."""
    return {"mcpier.role": role, "mcpier.stack": stack}


def helper_run(stack: str, network: str = "none") -> str:
    """How a deploy runs a short-lived container: labelled, fed on stdin, by default alone."""
    marks = " ".join(f"--label {key}={value}" for key, value in labels(stack, "helper").items())
    return f"docker run --rm -i --network {network} {marks}"


def instance_labels(stack: str, id_: str, type_: str) -> Mapping[str, str]:
    """The labels of an instance's container and volumes."""
    return labels(stack, INSTANCE) | {"mcpier.instance": id_, "mcpier.type": type_}


def sidecar_labels(stack: str, id_: str, type_: str) -> Mapping[str, str]:
    """The labels of a container beside an instance's own."""
    return {**instance_labels(stack, id_, type_), "mcpier.role": SIDECAR}


def container_part(id_: str, sidecar: str = "") -> str:
    """What an instance's container, or one beside it, is called within its stack."""
    return f"{sidecar_prefix(f'mcp-{id_}')}{sidecar}" if sidecar else f"mcp-{id_}"


def sidecar_prefix(own: str) -> str:
    """How the names of containers beside an instance's begin, whose own is called so."""
    # No id holds an underscore.
    return f"{own}_"


def endpoint_host(endpoint: str, id_: str, domain: str) -> str:
    """The public host of an endpoint: `mcp-demo.mcp.example.org`."""
    return f"{endpoint}-{id_}.{domain}"


def app_host(domain: str) -> str:
    """The public host of the portal, or of the operator's own web app."""
    return f"app.{domain}"


def authority(host: str, https_port: int) -> str:
    """The host as a URL and a `Host` header carry it: with the port unless it is HTTPS's own."""
    return host if https_port == 443 else f"{host}:{https_port}"
