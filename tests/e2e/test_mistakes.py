"""What a user can get wrong ends in one clear message and a non-zero exit code."""

import copy
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.deployment import CONFIG, Deployment, left_on_host, sweep
from tests.places import place

MISTAKEN = "e2e-mistaken"
PLACE = place(MISTAKEN)


@pytest.fixture
def mistaken(tmp_path: Path) -> Iterator[Deployment]:
    """A stack of which nothing is up, for configs that must not come up."""
    sweep(MISTAKEN)
    yield Deployment.make(tmp_path, MISTAKEN, changed({}))
    sweep(MISTAKEN)


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The config of a stack of its own, with changes."""
    own = {
        "mcpier:domain": "mistaken.mcpier.localhost",
        "mcpier:edge": PLACE.edge,
        "mcpier:instances": {},
    }
    return {**copy.deepcopy(CONFIG), **own, **changes}


def failed(deployment: Deployment) -> str:
    """What `make up` says when it fails, as it must, and without a traceback."""
    done = deployment.make_target("up")
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stdout, done.stdout
    return done.stdout


def test_wrong_keys_are_all_named_before_anything_is_declared(mistaken: Deployment) -> None:
    instances = {"demo": {"type": "playwrite", "tokens": [], "colour": "red"}}
    mistaken.write(changed({"mcpier:domian": "x.org", "mcpier:instances": instances}))
    said = failed(mistaken)
    assert "mcpier:domian: expected a known key, found 'x.org'. Did you mean domain?" in said
    assert "found 'playwrite'. Did you mean playwright?" in said
    assert left_on_host(MISTAKEN) == []


def test_pulumi_typed_by_hand_says_the_same(mistaken: Deployment) -> None:
    mistaken.write(changed({"mcpier:domain": "localhost"}))
    mistaken.pulumi("stack", "init", MISTAKEN)
    done = mistaken.pulumi("preview", "--stack", MISTAKEN)
    assert done.returncode != 0
    assert "mcpier:domain: expected a lower-case domain name" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_taken_port_is_named_with_the_key_that_sets_it(mistaken: Deployment) -> None:
    with socket.create_server(("127.0.0.1", PLACE.https_port)):
        said = failed(mistaken)
    port = f"{PLACE.https_port} (mcpier:edge.httpsPort)"
    assert f"another program on the Docker host listens on: {port}" in said
    assert left_on_host(MISTAKEN) == []


def test_an_engine_that_does_not_answer_is_named(mistaken: Deployment) -> None:
    lost = Deployment(
        directory=mistaken.directory,
        stack=MISTAKEN,
        environ={**mistaken.environ, "DOCKER_HOST": "tcp://127.0.0.1:9"},
    )
    assert "no Docker engine answers at tcp://127.0.0.1:9" in failed(lost)


def test_a_backend_that_cannot_be_written_is_named(mistaken: Deployment) -> None:
    lost = Deployment(
        directory=mistaken.directory,
        stack=MISTAKEN,
        environ={**mistaken.environ, "PULUMI_BACKEND_URL": "file:///proc/nowhere"},
    )
    assert "/proc/nowhere" in failed(lost)


def test_a_base_image_that_cannot_be_had_fails_its_build_with_its_name(
    mistaken: Deployment,
) -> None:
    bases = CONFIG["mcpier:bases"]
    assert isinstance(bases, dict)
    mistaken.write(changed({"mcpier:bases": bases | {"debian": "mcpier/no-such-base:1"}}))
    assert "mcpier/no-such-base" in failed(mistaken)


def test_a_stack_without_a_file_is_told_which_there_are(mistaken: Deployment) -> None:
    done = mistaken.run("make", "up", "STACK=nowhere")
    assert done.returncode != 0
    assert "there is no stacks/Pulumi.nowhere.yaml" in done.stdout
    assert "Traceback" not in done.stdout
