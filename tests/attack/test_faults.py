"""While a part fails nobody gets in without a token; afterwards all is as before, by itself."""

import socket
import time
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from typing import Any, NamedTuple

import pytest

from tests.attack.edge import Edge, request
from tests.attack.load import asking
from tests.attack.stack import (
    GATE,
    HALTED,
    INSTANCES,
    READINESS,
    REGISTRY,
    SECOND,
    config,
    container,
    up,
)
from tests.attack.wire import CUT, ask
from tests.e2e.deployment import Deployment, docker
from tests.waiting import until

REFUSED = {401, 500, CUT}
# Three times what it takes the host's kernel to find nobody there (docs/decisions/0035).
GONE_SECONDS = 9


def crash() -> None:
    """Ends the gate's process as a fault of its own would: Docker does not know why."""
    pid = docker("inspect", "--format", "{{.State.Pid}}", GATE).strip()
    as_root("--pid", "host", shell=f"kill -9 {pid}")


def process_of_gate() -> str:
    """Its process on the host, and when that began."""
    return docker("inspect", "--format", "{{.State.Pid}} {{.State.StartedAt}}", GATE)


def as_root(*options: str, shell: str) -> None:
    """Runs a line of shell in a container of the gate's image."""
    image = docker("inspect", "--format", "{{.Image}}", GATE).strip()
    alone = ["--rm", "--user", "0", "--network", "none", "--entrypoint", "sh"]
    docker("run", *alone, *options, image, "-c", shell)


class Fault(NamedTuple):
    """How the gate is broken, and how it is mended where Docker does not do it."""

    strike: Callable[[], object]
    mend: Callable[[], object] | None = None


FAULTS = {
    "crashed": Fault(crash),
    "restarted": Fault(lambda: docker("restart", GATE)),
    "killed, then started": Fault(lambda: docker("kill", GATE), lambda: docker("start", GATE)),
    "frozen, then thawed": Fault(lambda: docker("pause", GATE), lambda: docker("unpause", GATE)),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_gate_that_fails_under_load_lets_nobody_in_and_recovers_by_itself(
    edge: Edge, fault: Fault
) -> None:
    before, process = edge.heard()[SECOND], process_of_gate()
    wanted = [("echo", "alice"), ("echo", "alice"), (SECOND, ""), (SECOND, "alice")]
    began = time.time()
    with asking(edge, *wanted) as clients:
        holder, *_ = clients
        for client in clients:
            client.await_answer(lambda status: status in (200, 401), began, 5)
        struck = time.time()
        fault.strike()
        if fault.mend:
            try:
                holder.await_answer(lambda status: status in (500, CUT), struck, 10)
            finally:
                fault.mend()
        mended = time.time()
        holder.await_answer(lambda status: status == 200, mended, 10)
        for intruder in clients[2:]:
            intruder.await_answer(lambda status: status == 401, mended, 10)
    assert edge.heard()[SECOND] == before
    for intruder in clients[2:]:
        assert set(intruder.since(began)) <= REFUSED
    assert (process_of_gate() == process) == (fault is FAULTS["frozen, then thawed"])


def test_while_the_gate_is_gone_a_token_opens_nothing_either(edge: Edge) -> None:
    before = edge.heard()
    docker("pause", GATE)
    try:
        assert edge.status("echo", "alice", 1) == CUT
    finally:
        docker("unpause", GATE)
    docker("kill", GATE)
    try:
        assert edge.status("echo", "", 1) in (500, CUT)
        assert edge.status("echo", "alice", GONE_SECONDS) == 500
    finally:
        docker("start", GATE)
    assert edge.heard() == before
    until(lambda: edge.status("echo", "alice") == 200, 10, "the gate is not back")


@pytest.fixture
def restored(deployment: Deployment) -> Iterator[None]:
    """The stack as it was, whatever a test has made of it."""
    yield
    deployment.write(config(INSTANCES))
    up(deployment)


def changed(instance: str, **keys: Any) -> dict[str, Any]:
    """The stack's file with one instance changed."""
    return config(INSTANCES | {instance: INSTANCES[instance] | keys})


@pytest.mark.usefixtures("restored")
def test_a_revoked_token_is_refused_within_a_second_and_its_open_stream_goes_on(
    edge: Edge, deployment: Deployment
) -> None:
    ids = container_ids(edge)
    opened = request("Authorization: Bearer <leaver>", target="/stream")
    wanted = [("echo", "leaver"), ("echo", "alice")]
    with asking(edge, *wanted) as (leaver, alice), edge.stream(opened) as stream:
        began = time.time()
        leaver.await_answer(lambda status: status == 200, began, 5)
        deployment.write(changed("echo", tokens=["alice"]))
        up(deployment)
        stat = ["stat", "--format", "%.9Z", "/registry/instances/echo.json"]
        written = float(docker("exec", GATE, *stat))
        leaver.await_answer(lambda status: status == 401, written + 1, 5)
        assert any(moment > written + 1 for moment in event_times(stream))
    refused = [outcome.begun for outcome in leaver.outcomes if outcome.status == 401]
    assert began < refused[0] < written + 1
    assert set(leaver.since(written + 1)) == {401}
    assert set(alice.since(0)) == {200}
    assert container_ids(edge) == ids


def container_ids(edge: Edge) -> list[str]:
    names = [container(instance) for instance in edge.backends]
    return docker("inspect", "--format", "{{.Id}}", *names).split()


def event_times(stream: HTTPResponse) -> Iterator[float]:
    """The times that the events of an open stream carry, until it is cut."""
    for line in stream:
        if line.startswith(b"data: "):
            yield float(line.removeprefix(b"data: "))


@pytest.mark.usefixtures("restored")
def test_a_corrupt_record_shuts_its_own_instance_alone_until_the_next_sync(
    edge: Edge, deployment: Deployment
) -> None:
    assert readiness() == 200
    volume = f"type=volume,source={REGISTRY},target=/registry"
    as_root("--mount", volume, shell="echo '{' > /registry/instances/second.json")
    until(lambda: edge.status(SECOND, "bob") == 503, 1, "second still answers by its old record")
    before = edge.heard()[SECOND]
    for token in ("bob", "alice", "nobody"):
        answer = edge.send(request(f"Authorization: Bearer <{token}>", to="mcp-second"))
        assert (answer.status, answer.values("retry-after")) == (503, ["5"])
    assert edge.send(request(to="vnc-second", target="/vnc.html")).status == 503
    assert edge.heard()[SECOND] == before
    assert edge.status("echo", "alice") == 200
    assert edge.status(HALTED, "carol") == 503
    assert edge.status("nobody", "alice") == 401
    assert readiness() == 503
    deployment.write(changed(HALTED, tokens=["carol", "newcomer"]))
    up(deployment)
    until(lambda: edge.status(SECOND, "bob") == 200, 1, "the sync did not heal the record")
    assert edge.status(SECOND, "alice") == 401
    assert readiness() == 200


def readiness() -> int:
    """What the gate's own port says of its state."""
    with socket.create_connection(READINESS, timeout=5) as connection:
        return ask(connection, b"GET /readyz HTTP/1.1\r\nHost: gate\r\n\r\n").status
