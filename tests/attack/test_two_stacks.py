"""Two stacks on one host: neither serves what is the other's."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.attack.edge import Edge, echoed, request
from tests.attack.stack import DOMAIN, STACK, container, heard_at
from tests.attack.wire import Answer
from tests.e2e.deployment import docker
from tests.waiting import until

# A name that begins with ours.
OTHER = f"{STACK}-2"


@contextmanager
def served(name: str, stack: str) -> Iterator[str]:
    """A container on our instances' network that wants to be served without a gate; its address.

    It carries the label of a stack, be it ours or another one.
    """
    router = f"traefik.http.routers.{name}"
    labels = {
        "mcpier.stack": stack,
        "traefik.enable": "true",
        f"{router}.entrypoints": "https",
        f"{router}.rule": f"Host(`{name}.{DOMAIN}`)",
        f"{router}.tls": "true",
        f"traefik.http.services.{name}.loadbalancer.server.port": "8080",
    }
    marks = [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]
    image = docker("inspect", "--format", "{{.Image}}", container("echo")).strip()
    own = ["--name", f"mcpier-{STACK}-{name}", "--network", f"mcpier-{STACK}-instances"]
    # Traefik hears of a container when it is healthy.
    health = ["--health-cmd", "test -e /run/echo/healthy", "--health-interval", "1s"]
    options = ["--detach", "--rm", *health, "--tmpfs", "/run/echo:mode=0777"]
    made = docker("run", *options, *own, *marks, image).strip()
    state = ("inspect", "--format", "{{.State.Health.Status}}", made)
    try:
        until(lambda: docker(*state).strip() == "healthy", 15, f"{name} is not healthy")
        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        yield docker("inspect", "--format", form, made).strip()
    finally:
        docker("rm", "--force", made)


def test_a_container_of_another_stack_is_not_served(edge: Edge) -> None:
    def ask(name: str) -> Answer:
        return edge.send(request(to=name), f"{name}.{DOMAIN}")

    # What was healthy second is served: so the first has been seen, and passed over.
    with served("foreign", OTHER) as foreign, served("native", STACK):
        until(lambda: ask("native").status == 200, 15, "our own container is not served")
        assert echoed(ask("native"))["port"] == 8080
        assert ask("foreign").status == 404
        assert heard_at(foreign) == {}
