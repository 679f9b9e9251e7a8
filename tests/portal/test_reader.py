"""What the reader tells of the engine: the stack's containers, and nothing that they hold."""

import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from portal.engine import look
from tests.portal.engine import CANARY, Engine, container
from tests.portal.stage import Stage, healthy, process
from tests.waiting import until

UNWELL = container(
    "mcpier-dev-mcp-demo", status="Up 3 minutes (unhealthy)", output="it says nothing good"
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path / "docker.sock")


def told(engine: Engine, stack: str = "dev") -> dict[str, Any]:
    with engine.running():
        return look(engine.path, stack)


def test_a_container_is_told_by_state_and_health(engine: Engine) -> None:
    engine.containers = [container("good"), UNWELL, container("bare", status="Up About an hour")]
    assert told(engine) == {
        "good": {"state": "running", "status": "Up 2 minutes", "health": "healthy", "failing": {}},
        "mcpier-dev-mcp-demo": {
            "state": "running",
            "status": "Up 3 minutes",
            "health": "unhealthy",
            "failing": {"health check": "it says nothing good"},
        },
        "bare": {
            "state": "running",
            "status": "Up About an hour",
            "health": None,
            "failing": {},
        },
    }


def test_a_container_that_starts_is_told_as_starting(engine: Engine) -> None:
    engine.containers = [container("new", status="Up 1 second (health: starting)")]
    assert told(engine) == {
        "new": {"state": "running", "status": "Up 1 second", "health": "starting", "failing": {}}
    }


@pytest.mark.parametrize(
    ("printed", "failing"),
    [
        ('{"failing": {"x": "\\ud800"}}', {"x": ""}),
        (
            '{"failing": {"": "stands still; type this"}}',
            {"health check": "stands still; type this"},
        ),
        ('{"failing": {"\\u001b]52;c;eA==\\u0007": "\\u001b[2J"}}', {"]52;c;eA==": "[2J"}),
        ("all \x1b[2Jis well", {"health check": "all  [2Jis well"}),
        ("[" * 3000, {"health check": "[" * 100}),
        (
            json.dumps({"failing": {f"{number}{'x' * 200}": "y" * 200 for number in range(40)}}),
            {f"{number}{'x' * 99}": "y" * 100 for number in range(10)},
        ),
    ],
)
def test_what_a_health_check_prints_is_a_few_plain_words(
    engine: Engine, printed: str, failing: dict[str, str]
) -> None:
    engine.containers = [container("bad", status="Up 1 minute (unhealthy)", output=printed)]
    assert told(engine)["bad"]["failing"] == failing


@pytest.mark.parametrize("names", [[], None])
def test_a_container_that_is_half_removed_hides_no_other(engine: Engine, names: Any) -> None:
    engine.containers = [container("going") | {"Names": names}, container("good")]
    assert list(told(engine)) == ["good"]


def test_a_container_over_which_the_engine_hangs_hides_no_other(engine: Engine) -> None:
    stuck = [container(f"stuck-{n}", status="Up 1 minute (unhealthy)") for n in range(5)]
    engine.containers = [*stuck, UNWELL, container("good")]
    engine.silent = [each["Id"] for each in stuck]
    began = time.monotonic()
    found = told(engine)
    assert time.monotonic() - began < 6
    assert {each["failing"].get("health check") for each in found.values()} >= {
        "the engine does not say",
        None,
    }
    assert found["good"]["failing"] == {}


def test_only_what_is_not_well_is_asked_about_by_itself(engine: Engine) -> None:
    engine.containers = [container("good"), UNWELL]
    told(engine)
    assert [target.partition("?")[0] for target in engine.asked] == [
        "/containers/json",
        f"/containers/{UNWELL['Id']}/json",
    ]


def test_other_stacks_are_not_told_of(engine: Engine) -> None:
    engine.containers = [container("ours"), container("theirs", stack="prod")]
    assert list(told(engine)) == ["ours"]


def test_variables_command_lines_labels_and_mounts_are_not_told(engine: Engine) -> None:
    engine.containers = [container("good"), UNWELL]
    assert CANARY not in json.dumps(told(engine))


def test_nothing_that_is_sent_to_the_reader_reaches_the_engine(portal: Stage) -> None:
    for sent in (
        b"GET /containers/json HTTP/1.1\r\nHost: docker\r\n\r\n",
        b"POST /containers/create HTTP/1.1\r\n\r\n",
        b"containers?all=1\n",
        b"containers\0\n",
        b"x" * 100_000,
        b"\n",
        b"",
    ):
        before = list(portal.engine.asked)
        assert portal.ask_reader(sent) == b""
        assert portal.engine.asked == before
    assert b'"mcpier-dev-mcp-demo"' in portal.ask_reader(b"containers\n")


def test_an_engine_that_is_gone_is_told_on_the_page(tmp_path: Path, portal: Stage) -> None:
    environ = portal.reader_environ | {
        "PORTAL_DOCKER_SOCKET": str(tmp_path / "nowhere.sock"),
        "PORTAL_READER_SOCKET": str(tmp_path / "reader.sock"),
    }
    with process("read", environ):
        until(lambda: healthy("read-health", environ), 20, "the reader is not up")
        assert stat.S_ISSOCK((tmp_path / "reader.sock").stat().st_mode)
        own = portal.environ | {
            "PORTAL_READER_SOCKET": str(tmp_path / "reader.sock"),
            "PORTAL_LISTEN": f"{portal.address}:9191",
        }
        with process("serve", own):
            until(lambda: healthy("health", own), 20, "the portal is not up")
            import http.client

            connection = http.client.HTTPConnection(portal.address, 9191, timeout=10)
            connection.request("GET", "/")
            page = connection.getresponse().read().decode()
            connection.close()
    assert "the Docker engine does not answer." in page
    assert page.count(">unknown<") >= 6
    assert "all is well" not in page


def test_a_socket_that_a_killed_reader_left_is_replaced(tmp_path: Path, portal: Stage) -> None:
    environ = portal.reader_environ | {"PORTAL_READER_SOCKET": str(tmp_path / "reader.sock")}
    with process("read", environ) as reader:
        until(lambda: healthy("read-health", environ), 20, "the reader is not up")
        reader.kill()
        reader.wait(10)
    assert (tmp_path / "reader.sock").exists()
    assert not healthy("read-health", environ)
    with process("read", environ):
        until(lambda: healthy("read-health", environ), 20, "the reader is not up again")
