"""Images that would tell Traefik whom to serve: the engine hands their labels to containers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.settings import PROJECT

SCRIPT = PROJECT / "components" / "scripts" / "check_image_labels.py"
ROUTER = "Traefik.http.routers.taker.rule"


def built(folder: Path, *labels: str) -> str:
    """An image with labels; it holds a file of its own, so that no other test's is the same."""
    lines = ["FROM scratch", "COPY Dockerfile /", *(f"LABEL {label}" for label in labels)]
    (folder / "Dockerfile").write_text("\n".join([f"# {folder}", *lines]))
    done = subprocess.run(
        ["docker", "build", "--quiet", str(folder)],
        env=os.environ | {"DOCKER_BUILDKIT": "0"},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[str]:
    image = built(tmp_path, f'{ROUTER}="HostRegexp(`.+`)"', "org.example.version=1")
    yield image
    subprocess.run(["docker", "image", "rm", image], check=True, capture_output=True)


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "plain"
    folder.mkdir()
    image = built(folder, "org.example.version=1", "mcpier.note=traefik.enable")
    yield image
    subprocess.run(["docker", "image", "rm", image], check=True, capture_output=True)


def checked(*images: tuple[str, str]) -> tuple[int, str]:
    """Exit status of the check, and what it says."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        input=json.dumps(images),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_an_image_with_a_router_for_traefik_is_refused_by_name(hostile: str, plain: str) -> None:
    assert checked(("good:1", plain), ("example/taker:1", hostile)) == (
        1,
        f"the image example/taker:1 carries the label '{ROUTER}', by which it would tell Traefik "
        "whom to serve past the gate\n"
        "  → name an image that has no label of Traefik's, or build one without it\n",
    )


def test_images_with_other_labels_or_none_are_taken(plain: str) -> None:
    assert checked(("good:1", plain), ("good:2", plain)) == (0, "")


def test_an_image_that_cannot_be_looked_at_is_not_taken() -> None:
    status, said = checked(("gone:1", f"sha256:{'0' * 64}"))
    assert status == 1
    assert "the labels of images could not be looked at" in said
    assert "run the update again" in said
