"""Built images, and running containers of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.image import socket_proxy_harness
from tests.image.metrics_proxy_harness import MetricsProxy
from tests.image.playwright_harness import Instance
from tests.image.playwright_image import OWNED, build_image, docker, sweep
from tests.image.playwright_pages import Pages


@pytest.fixture(scope="session")
def image() -> str:
    """Return the freshly built image, with nothing left of an interrupted run."""
    sweep()
    return build_image()


@pytest.fixture(scope="session")
def pages() -> Iterator[Pages]:
    """Serve small pages to the instances' browsers."""
    with Pages() as served:
        yield served


@pytest.fixture
def start(image: str, tmp_path: Path) -> Iterator[Callable[..., Instance]]:
    """Start instances that end with the test."""
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(Instance(image, tmp_path, **changes))


@pytest.fixture
def volume() -> Iterator[str]:
    """Return the name of an empty Docker volume that goes with the test."""
    name = docker("volume", "create", "--label", OWNED)
    yield name
    docker("volume", "rm", "--force", name)


@pytest.fixture(scope="module")
def instance(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """Return one healthy instance that a module's tests share."""
    with Instance(image, tmp_path_factory.mktemp("instance")) as running:
        running.wait_healthy()
        yield running


@pytest.fixture(scope="module")
def viewer(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """Return a second instance, whose browser watches the first; it has a mouse."""
    mouse = {"PLAYWRIGHT_MCP_CAPS": "vision"}
    with Instance(image, tmp_path_factory.mktemp("viewer"), environment=mouse) as running:
        running.wait_healthy()
        yield running


@pytest.fixture(scope="module")
def metrics_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetricsProxy]:
    """The socket-proxy of a stack that keeps metrics."""
    sweep()
    socket_proxy_harness.build_image()
    with MetricsProxy(tmp_path_factory.mktemp("proxy")) as running:
        yield running
