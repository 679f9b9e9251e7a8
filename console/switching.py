"""Starting, stopping and restarting one instance by hand; what its file says stays the truth."""

import time
from collections.abc import Mapping
from typing import Any

from components.core.model import State
from components.core.naming import container_part, host_name
from console import docker
from console.errors import ConsoleError
from console.stack_edit import find_instance
from console.stack_file import read_stack

POLL_SECONDS = 0.2
LOG_LINES = "20"
FAILED = ("unhealthy", "exited", "dead")


def stop(stack: str, id_: str) -> None:
    """Stops an instance; it counts as drift until the file says so too, or it is started."""
    docker.switch("stop", _container(stack, id_))


def start(stack: str, id_: str) -> float:
    """Starts an instance and waits until it is healthy; the seconds that this took."""
    return _switched(stack, id_, "start")


def restart(stack: str, id_: str) -> float:
    """Ends an instance's streams and starts it anew, likewise."""
    return _switched(stack, id_, "restart")


def runs(stack: str, id_: str) -> bool:
    """Whether the file says that an instance runs."""
    return find_instance(read_stack(stack), id_).state is State.RUNNING


def _switched(stack: str, id_: str, verb: str) -> float:
    container = _container(stack, id_)
    longest = find_instance(read_stack(stack), id_).type.health.longest_start
    began = time.monotonic()
    docker.switch(verb, container)
    while (state := _state(container)) != "healthy":
        if state in FAILED or time.monotonic() - began > longest:
            last = "\n".join(
                f"    {line}" for line in docker.log_lines(container, "--tail", LOG_LINES)
            )
            raise ConsoleError(
                f"{id_} did not become healthy: it is {state}. Its last {LOG_LINES} log lines:\n"
                f"{last or '    (it logged nothing)'}",
                f"look further with: mcpier logs {id_} --stack {stack}",
            )
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began


def _state(container: str) -> str:
    (found,) = docker.inspect("container", [container]).values()
    state: Mapping[str, Any] = found["State"]
    if not state["Running"] or "Health" not in state:
        return "healthy" if state["Running"] else str(state["Status"])
    return str(state["Health"]["Status"])


def _container(stack: str, id_: str) -> str:
    """The name of an instance's container; raises `ConsoleError` where it should have none."""
    instance = find_instance(read_stack(stack), id_)
    if instance.state is State.STOPPED:
        raise ConsoleError(
            f"the file says that {id_} is stopped, so it has no container",
            f"write state: running in stacks/Pulumi.{stack}.yaml, then type: make up STACK={stack}",
        )
    name = host_name(stack, container_part(id_))
    if name not in docker.names("container", stack):
        raise ConsoleError(f"{id_} is not deployed", f"type: make up STACK={stack}")
    return name
