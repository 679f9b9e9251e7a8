"""The same stack as a Compose project, brought up by Debian's docker-compose."""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.bench.programs import require_package
from tests.cli.clients import status
from tests.cli.operator import Operator
from tests.cli.stack import CONFIG, container
from tests.e2e.deployment import docker, left_on_host, sweep
from tests.places import place
from tests.waiting import until

STACK = "e2e-cli-compose"
PARTS = (
    *("mcp-echo", "authgate", "traefik", "socket-proxy"),
    *("portal", "docker-reader", "prometheus", "exporter"),
)


@pytest.fixture(scope="module")
def project(operator: Operator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a project that is up."""
    require_package("docker-compose")
    sweep(STACK)
    folder = tmp_path_factory.mktemp("compose")
    here = place(STACK)
    config = {
        **CONFIG,
        "mcpier:edge": here.edge,
        "mcpier:observability": {"port": here.admin_port + 1},
    }
    try:
        operator.deployment.write(config)
        rendered = operator.json("compose", str(folder))
        operator.deployment.write(CONFIG)
        assert rendered["folder"] == str(folder)
        compose(folder, "up", "--detach")
        yield folder
        compose(folder, "down", "--volumes", "--timeout", "5")
        assert left_on_host(STACK) == []
    finally:
        sweep(STACK)


def compose(folder: Path, *words: str) -> str:
    """Runs docker-compose from another folder than the project's."""
    done = subprocess.run(
        ["docker-compose", "--file", str(folder / "docker-compose.yml"), *words],
        cwd="/",
        env={**os.environ, "DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_clients_are_served_with_tokens_and_a_certificate_of_its_own(
    project: Path, operator: Operator
) -> None:
    clients = json.loads((project / "clients.json").read_text())
    ca = (project / "ca.pem").read_text()
    alice = clients["echo"]["alice"]
    until(lambda: status(alice, ca) == 200, 60, "the project does not serve its client")
    deployed = operator.json("connect", "echo", "--token", "alice")
    foreign = {"url": alice["url"], "headers": deployed["headers"]}
    assert status(foreign, ca) == 401
    assert status(clients["resting"]["bob"], ca) == 503


def test_its_containers_are_as_locked_down_as_the_deployed_ones(project: Path) -> None:
    for part in PARTS:
        ours, deployed = (
            json.loads(docker("inspect", container(part, stack)))[0]["HostConfig"]
            for stack in (STACK, "e2e-cli")
        )
        for key in ("CapDrop", "CapAdd", "Memory", "MemorySwap", "NanoCpus", "PidsLimit"):
            assert ours.get(key) == deployed.get(key), (part, key)
        for key in ("ReadonlyRootfs", "Tmpfs", "RestartPolicy", "LogConfig", "Ulimits"):
            assert ours.get(key) == deployed.get(key), (part, key)
        assert set(ours["SecurityOpt"]) == set(deployed["SecurityOpt"]), part


def test_what_holds_secrets_is_its_writers_alone(project: Path) -> None:
    for path in (project / "root", project / "clients.json", *(project / "stdin").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    values = json.loads((project / "clients.json").read_text())["echo"]["alice"]["headers"]
    token = values["Authorization"].removeprefix("Bearer ")
    assert token not in (project / "docker-compose.yml").read_text()
    assert token not in docker("inspect", *docker("ps", "-q").split())


def test_rendered_again_it_keeps_its_tokens(
    project: Path, operator: Operator, folder: Path
) -> None:
    shutil.copytree(project, folder)
    operator.done("compose", str(folder))
    assert (folder / "ca.pem").read_text() == (project / "ca.pem").read_text()
    names = yaml.safe_load((folder / "docker-compose.yml").read_text())["services"]
    assert set(PARTS) < set(names)


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[str]:
    """An image whose labels would lead past the gate."""
    tag = "mcpier/test-hostile:1"
    rule = 'LABEL traefik.http.routers.taker.rule="HostRegexp(`.+`)"'
    (tmp_path / "Dockerfile").write_text(f"FROM scratch\nCOPY Dockerfile /\n{rule}\n")
    subprocess.run(
        ["docker", "build", "--quiet", "--tag", tag, str(tmp_path)],
        env={**os.environ, "DOCKER_BUILDKIT": "0"},
        check=True,
        capture_output=True,
    )
    yield tag
    docker("image", "rm", tag)


@contextmanager
def running_image(operator: Operator, image: str) -> Iterator[None]:
    """While the block runs, the stack's file has one instance, of a ready image."""
    ready = {"type": "image", "image": image, "tokens": ["t"]}
    operator.deployment.write({**CONFIG, "mcpier:instances": {"ready": ready}})
    try:
        yield
    finally:
        operator.deployment.write(CONFIG)


def test_an_image_that_speaks_to_traefik_is_refused(
    operator: Operator, folder: Path, hostile: str
) -> None:
    with running_image(operator, hostile):
        refused = operator.types("compose", str(folder))
    assert refused.returncode == 1
    assert f"the image {hostile} carries the label" in refused.stderr
    assert not folder.exists()


def test_an_image_that_is_not_here_to_be_looked_at_is_told(
    operator: Operator, folder: Path
) -> None:
    digest = f"example.org/absent@sha256:{'0' * 64}"
    with running_image(operator, digest):
        assert f"Note: {digest} is not here" in operator.done("compose", str(folder))


def test_a_folder_with_something_else_in_it_is_left_alone(operator: Operator, folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    refused = operator.types("compose", str(folder))
    assert refused.returncode == 1
    assert "name a folder that is empty or not there" in refused.stderr
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
