"""A Docker host elsewhere: a second, real engine over TLS, and what is said where it is missed."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.core.docker_host import docker_variables
from components.core.parse import parse
from console.exposure import EVERYWHERE, look_at_host
from tests.authority import present_authority
from tests.e2e import ssh_login
from tests.e2e.deployment import BASES, Deployment
from tests.e2e.elsewhere import (
    HERE,
    HOST,
    TLS_PORT,
    Elsewhere,
    elsewhere,
    write_certificates,
)
from tests.places import place

STACK = "e2e-elsewhere"
DOMAIN = "elsewhere.mcpier.localhost"
EDGE = place(STACK).edge
ECHO = {"echo": {"type": "echo", "tokens": ["alice"]}}


def config(host: str, **instances: Any) -> dict[str, Any]:
    """The stack's file."""
    return {
        "mcpier:domain": DOMAIN,
        "mcpier:docker": {"host": host},
        "mcpier:edge": EDGE,
        "mcpier:tls": {"mode": "self-signed"},
        "mcpier:bases": BASES,
        "mcpier:instances": instances,
    }


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """The other host, which has the base images."""
    with elsewhere(tmp_path_factory.mktemp("elsewhere"), present_authority()) as made:
        made.take(BASES["python"])
        yield made


@pytest.fixture(scope="module")
def remote(there: Elsewhere, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A checkout whose stack is deployed there; nothing is up."""
    made = Deployment.make(tmp_path_factory.mktemp("remote"), STACK, config(HOST))
    return replace(made, environ={**made.environ, **there.environ})


def engine_step(remote: Deployment, **environ: str) -> subprocess.CompletedProcess[str]:
    """The first thing that `make up` does."""
    asking = replace(remote, environ={**remote.environ, **environ})
    return asking.run("python3", "-m", "toolchain", "--stack", STACK, "engine", timeout=60)


def test_an_engine_that_answers_is_used_and_none_is_started(remote: Deployment) -> None:
    done = engine_step(remote)
    assert done.returncode == 0, done.stdout
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [["✓", "engine"]]


def test_certificates_that_do_not_fit_are_told_apart(
    remote: Deployment, there: Elsewhere, tmp_path: Path
) -> None:
    stranger = tmp_path / "stranger"
    write_certificates(stranger, present_authority(), "client")
    done = engine_step(remote, DOCKER_CERT_PATH=str(stranger))
    assert f"error: the certificate of {HOST} is not good: x509: " in done.stdout
    shutil.copy(there.certificates / "ca.pem", stranger)
    done = engine_step(remote, DOCKER_CERT_PATH=str(stranger))
    assert f"error: {HOST} does not take this machine's certificate: remote error" in done.stdout
    (stranger / "key.pem").unlink()
    done = engine_step(remote, DOCKER_CERT_PATH=str(stranger))
    assert f"error: DOCKER_CERT_PATH is {stranger}, which has no key.pem\n" in done.stdout
    done = engine_step(remote, DOCKER_CERT_PATH="")
    assert "→ type: export DOCKER_CERT_PATH=/path/to/folder" in done.stdout


def test_what_is_no_engine_is_told_apart(remote: Deployment) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
        remote.write(config(nobody))
        assert f"error: no Docker engine answers at {nobody}" in engine_step(remote).stdout
    remote.write(config(HOST))


def test_ssh_lets_in_whoever_has_a_key_for_a_host_that_is_known(
    remote: Deployment, there: Elsewhere, tmp_path: Path
) -> None:
    host = ssh_login.HOST
    remote.write(config(host))
    with ssh_login.ssh_login(there, tmp_path) as login:
        assert engine_step(remote, **login.environ).returncode == 0
        login.forget()
        (tmp_path / "authorized").write_text("")
        done = engine_step(remote, **login.environ)
        assert f"error: {host} lets this user not in by any key that ssh has" in done.stdout
        (tmp_path / "known").write_text("")
        done = engine_step(remote, **login.environ)
        assert f"error: the host key of {host} is not known to this user" in done.stdout
    done = engine_step(remote, **login.environ)
    assert f"error: no Docker engine answers at {host}" in done.stdout
    remote.write(config(HOST))


def test_pulumi_that_would_look_elsewhere_is_refused_with_what_to_type(
    remote: Deployment,
) -> None:
    assert remote.pulumi("stack", "init", STACK).returncode == 0
    line = f'eval "$(make -s env STACK={STACK})" && unset DOCKER_HOST && exec pulumi "$@"'
    refused = remote.run("bash", "-c", line, "pulumi", "preview", "--stack", STACK)
    assert refused.returncode != 0
    assert f"mcpier:docker.host: expected the environment to lead to {HOST}" in refused.stdout
    assert f'Type: eval "$(make -s env STACK={STACK})"' in refused.stdout
    assert "Traceback" not in refused.stdout


def test_the_host_that_is_looked_at_is_the_other_one(
    there: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**docker_variables(HOST), **there.environ}.items():
        monkeypatch.setenv(name, value)
    spec = parse(STACK, {"domain": DOMAIN, "bases": BASES, "edge": EDGE}, [])
    with socket.create_server((HERE, 0)) as ours:
        listeners = look_at_host(spec).listeners
        assert ours.getsockname()[1] not in {each.port for each in listeners}
    seen = {(each.address, each.port): each.program for each in listeners}
    assert seen[(EVERYWHERE, TLS_PORT)] == "dockerd"
