"""An engine elsewhere: the variables that lead there, and what is said where it does not answer."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from toolchain import docker_host, environment
from toolchain.docker_host import silence, usable_engine
from toolchain.errors import SetupError

PROJECT = Path(__file__).resolve().parents[2]
SSH = "ssh://deploy@docker.example.org:2222"
TCP = "tcp://docker.example.org:2376"
DURING = "error during connect: Get "
BY_SSH = f'{DURING}"http://docker.example.com/v1.24/version": command [ssh -o ConnectTimeout=30 -T '
BY_SSH += "-l deploy -- docker.example.org docker system dial-stdio] has exited with exit status "
# A docker client that knows nothing but its context.
CLIENT = """\
#!/bin/sh
[ "$*" = 'context inspect --format {{.Endpoints.docker.Host}}' ] && echo "$CONTEXT"
"""
# What Docker's client 28.2 says, by what is wrong, and what a user is told of it.
SAID = [
    (SSH, BY_SSH + "255, stderr=deploy@docker.example.org: Permission denied (publickey).", "key"),
    (SSH, BY_SSH + "255, stderr=Host key verification failed.", "host key"),
    (SSH, BY_SSH + "127, stderr=bash: docker: command not found", "no docker client on"),
    (
        SSH,
        BY_SSH + "255, stderr=ssh: connect to host docker.example.org port 22: Connection refused",
        "no Docker engine answers",
    ),
    (
        SSH,
        BY_SSH + "255, stderr=ssh: Could not resolve hostname docker.example.org: Name or service "
        "not known",
        "has no address here",
    ),
    (
        SSH,
        "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/"
        "docker.sock",
        "may not use Docker there",
    ),
    (SSH, 'exec: "ssh": executable file not found in $PATH', "is not on PATH"),
    (SSH, "no answer within 20 s", "no Docker engine answers"),
    (
        TCP,
        f"Cannot connect to the Docker daemon at {TCP}. Is the docker daemon running?",
        "no Docker engine answers",
    ),
    (
        TCP,
        f'{DURING}"https://docker.example.org:2376/v1.24/version": tls: failed to verify '
        "certificate: x509: certificate signed by unknown authority",
        "is not good: x509: certificate signed by unknown authority",
    ),
    (
        TCP,
        f'{DURING}"https://docker.example.org:2376/v1.24/version": remote error: tls: bad '
        "certificate",
        "does not take this machine's certificate: remote error: tls: bad certificate",
    ),
    (
        TCP,
        "unable to resolve docker endpoint: open /certificates/ca.pem: no such file or directory",
        "cannot be used: open /certificates/ca.pem: no such file or directory",
    ),
    (
        TCP,
        f'{DURING}"https://docker.example.org:2376/v1.24/version": tls: first record does not look '
        "like a TLS handshake",
        "does not speak TLS",
    ),
    (TCP, "Error response from daemon: 404 page not found", "is no Docker engine, or one that"),
]


@pytest.fixture
def stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of stack files of a project of the test's own; docker's context is CONTEXT."""
    monkeypatch.setattr(environment, "PROJECT", tmp_path)
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(CLIENT)
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CONTEXT", "unix:///var/run/docker.sock")
    (tmp_path / "stacks").mkdir()
    return tmp_path / "stacks"


def write(stacks: Path, host: str) -> None:
    (stacks / "Pulumi.prod.yaml").write_text(f"config:\n  mcpier:docker:\n    host: {host}\n")


@pytest.mark.parametrize(("host", "said", "told"), SAID)
def test_an_engine_that_does_not_answer_is_told_of_with_what_to_do(
    host: str, said: str, told: str
) -> None:
    error = silence(host, said)
    assert told in error.what
    assert host in error.what
    assert "\n" not in error.what
    assert error.remedy
    assert "{" not in str(error)


def test_what_to_type_names_the_host_as_ssh_takes_it() -> None:
    said = "Permission denied (publickey)."
    assert "ssh -p 2222 deploy@docker.example.org docker version" in silence(SSH, said).remedy
    assert "ssh box docker version" in silence("ssh://box", said).remedy


def test_every_reason_is_one_that_can_be_found() -> None:
    missing = "there is no docker client"
    said = [missing, *(text for _, text, _ in SAID)]
    found = {silence(SSH, text).remedy for text in said}
    assert len(found) == len(docker_host.REASONS) + 1


def test_a_stack_without_an_engine_of_its_own_sets_nothing(stacks: Path) -> None:
    assert usable_engine("prod", {}) == {}
    (stacks / "Pulumi.prod.yaml").write_text("config:\n  mcpier:domain: mcp.example.org\n")
    assert usable_engine("prod", {"DOCKER_HOST": SSH}) == {}


def test_an_engine_by_ssh_puts_certificates_and_contexts_aside(stacks: Path) -> None:
    write(stacks, SSH)
    found = usable_engine(
        "prod", {"DOCKER_CERT_PATH": "/certificates", "DOCKER_CONTEXT": "desktop"}
    )
    assert found == {
        "DOCKER_HOST": SSH,
        "DOCKER_CONTEXT": "",
        "DOCKER_TLS_VERIFY": "",
        "DOCKER_CERT_PATH": "",
    }


def test_an_engine_by_tcp_is_asked_over_tls_only(stacks: Path) -> None:
    write(stacks, TCP)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (stacks / name).touch()
    found = usable_engine("prod", {"DOCKER_CERT_PATH": str(stacks)})
    assert found == {
        "DOCKER_HOST": TCP,
        "DOCKER_CONTEXT": "",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_BUILDKIT": "0",
    }


@pytest.mark.parametrize("host", [SSH, "unix:///run/user/1000/docker.sock"])
def test_the_engine_of_dockers_context_is_that_of_every_client(
    stacks: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTEXT", host)
    assert usable_engine("prod", {})["DOCKER_HOST"] == host
    assert usable_engine("prod", {"DOCKER_HOST": TCP}) == {}
    write(stacks, "ssh://named")
    assert usable_engine("prod", {})["DOCKER_HOST"] == "ssh://named"


def test_a_context_by_tcp_takes_certificates_from_where_every_client_sees_them(
    stacks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTEXT", TCP)
    with pytest.raises(SetupError) as caught:
        usable_engine("prod", {})
    assert str(caught.value) == (
        f"docker's context leads to {TCP}, and nothing says with which certificates it is asked\n"
        "  → type: export DOCKER_CERT_PATH=/path/to/folder, one with ca.pem, cert.pem and key.pem"
    )
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (stacks / name).touch()
    found = usable_engine("prod", {"DOCKER_CERT_PATH": str(stacks)})
    assert (found["DOCKER_HOST"], found["DOCKER_TLS_VERIFY"]) == (TCP, "1")


def test_a_machine_without_a_docker_client_has_no_context(
    stacks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert usable_engine("prod", {}) == {}


def test_an_engine_by_tcp_without_certificates_is_refused(stacks: Path) -> None:
    write(stacks, TCP)
    with pytest.raises(SetupError) as caught:
        usable_engine("prod", {})
    assert str(caught.value) == (
        f"mcpier:docker.host is {TCP}, and nothing says with which certificates it is asked\n"
        "  → type: export DOCKER_CERT_PATH=/path/to/folder, one with ca.pem, cert.pem and key.pem"
    )


def test_a_folder_that_lacks_certificates_is_refused(stacks: Path) -> None:
    write(stacks, TCP)
    (stacks / "ca.pem").touch()
    with pytest.raises(SetupError) as caught:
        usable_engine("prod", {"DOCKER_CERT_PATH": str(stacks)})
    assert str(caught.value) == (
        f"DOCKER_CERT_PATH is {stacks}, which has no cert.pem, key.pem\n"
        "  → let it name a folder with ca.pem, cert.pem, key.pem"
    )


def test_an_engine_that_is_named_wrongly_is_refused(stacks: Path) -> None:
    write(stacks, "docker.example.org")
    with pytest.raises(SetupError, match=r"found 'docker\.example\.org'"):
        usable_engine("prod", {})


def test_the_shell_lines_of_a_stack_lead_to_its_engine(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for part in ("toolchain", "components/core"):
        shutil.copytree(PROJECT / part, checkout / part)
    (checkout / "stacks").mkdir()
    write(checkout / "stacks", SSH)
    done = subprocess.run(
        [sys.executable, "-m", "toolchain", "env", "prod"],
        cwd=checkout,
        env={**os.environ, "DOCKER_CONTEXT": "desktop"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [shlex.split(line) for line in done.stdout.splitlines()]
    assert ["export", f"DOCKER_HOST={SSH}"] in lines
    assert ["export", "DOCKER_CONTEXT="] in lines
