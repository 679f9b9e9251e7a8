"""What the program asks of the engine before it declares a container."""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from components.engine import configured_pools, has_in_use, knows_start_interval, may_choose

Says = Callable[[str], None]


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Says]:
    """Lets a `docker` that runs the test's line of shell be the only one on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def says(line: str) -> None:
        program = tmp_path / "docker"
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)

    for asked in (knows_start_interval, configured_pools):
        asked.cache_clear()
    yield says
    for asked in (knows_start_interval, configured_pools):
        asked.cache_clear()


@pytest.mark.parametrize(
    ("version", "known"), [("1.41", False), ("1.43", False), ("1.44", True), ("2.0", True)]
)
def test_engines_since_25_ask_more_often_while_a_container_starts(
    docker: Says, version: str, known: bool
) -> None:
    docker(f'[ "$*" = "version --format {{{{.Server.APIVersion}}}}" ] && echo {version}')
    assert knows_start_interval() is known


@pytest.mark.parametrize("line", ["echo no daemon >&2; exit 1", "echo", "echo 1.50-dirty"])
def test_an_engine_that_does_not_tell_its_version_is_asked_nothing_new(
    docker: Says, line: str
) -> None:
    docker(line)
    assert knows_start_interval() is False


@pytest.mark.usefixtures("docker")
def test_a_machine_without_a_docker_client_is_no_error_of_the_program() -> None:
    assert knows_start_interval() is False


POOLS = '[{"Base": "10.0.0.0/8", "Size": 24}, {"Base": "fd00::/64", "Size": 112}]'


@pytest.mark.parametrize(
    ("told", "chosen"),
    [
        ("null", {"172.20.0.0/28", "192.168.9.0/28"}),
        (POOLS, {"10.77.255.0/28"}),
    ],
    ids=["built in", "configured"],
)
def test_an_engine_chooses_of_its_own_pools_unless_it_is_given_others(
    docker: Says, told: str, chosen: set[str]
) -> None:
    docker(f"[ \"$1\" = info ] && echo '{told}'")
    subnets = {"10.77.255.0/28", "172.20.0.0/28", "192.168.9.0/28"}
    assert {each for each in subnets if may_choose(IPv4Network(each))} == chosen


@pytest.mark.usefixtures("docker")
def test_of_an_engine_that_does_not_answer_the_built_in_pools_are_supposed() -> None:
    assert may_choose(IPv4Network("172.20.0.0/28"))
    assert not may_choose(IPv4Network("10.77.255.0/28"))


@pytest.mark.parametrize(
    ("line", "in_use"),
    [
        ("echo '10.77.255.0/24 '", True),
        ("echo 'fd00::/64 10.77.255.8/29 '", False),
        ("echo", False),
        ("echo no such network >&2; exit 1", False),
    ],
    ids=["around it", "beside it", "none of its own", "no network"],
)
def test_a_network_has_a_range_in_use_where_one_of_its_own_overlaps(
    docker: Says, line: str, in_use: bool
) -> None:
    docker(f'[ "$1 $2 $3" = "network inspect mcpier-dev-control" ] && {line}')
    assert has_in_use("mcpier-dev-control", IPv4Network("10.77.255.0/29")) is in_use
