"""A deploy that fails ends in what the host shows of the reason, beside Pulumi's own words."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from components.core.digest import built_name
from components.core.instance_type import Build
from components.core.model import StackSpec
from components.core.parse import parse
from components.instance_types import load_types
from console.errors import ConsoleError
from console.failure import explained
from console.pulumi import PROJECT
from tests.console.conftest import Programs

FAILED = ConsoleError("pulumi up ended with exit code 255", "run it again")
HEAD, TAIL = "pulumi up ended with exit code 255", "  → run it again"
CONTAINER = {
    "Id": "abc",
    "Name": "/mcpier-dev-mcp-a",
    "Image": "def",
    "Config": {"Labels": {"mcpier.instance": "a", "mcpier.role": "instance"}},
    "State": {"Status": "created", "Error": "exec: no such file"},
}


def stack(*ids: str) -> StackSpec:
    instances = {id_: {"type": "playwright"} for id_ in ids}
    config = {"domain": "mcp.example.org", "instances": instances}
    return parse("dev", config, load_types(PROJECT))


def image_of(spec: StackSpec) -> str:
    image = spec.instances[0].type.image
    assert isinstance(image, Build)
    return built_name(image.name, image.context_digest, spec.bases.build_args(image))


def lines(spec: StackSpec) -> list[str]:
    """What stands between Pulumi's words and what to do at the end."""
    head, *found, tail = str(explained(spec, FAILED)).splitlines()
    assert (head, tail) == (HEAD, TAIL)
    return found


def test_an_image_that_is_not_built_is_told_with_its_instances_and_the_next_command(
    programs: Programs,
) -> None:
    assert lines(stack("a", "b")) == [
        "  instances a, b: the image of type playwright is not built; why stands above, if "
        "Pulumi has begun it",
        "    → mend image/playwright, or look further with: docker build --build-arg "
        "BASE=node:22-bookworm-slim image/playwright",
    ]


def test_a_build_that_fails_again_shows_its_last_lines(programs: Programs) -> None:
    programs.fail("docker build --build-arg", "\n".join(f"line {n}" for n in range(30)))
    told = lines(stack("a"))
    assert told[0] == (
        "  instance a: the image of type playwright is not built; the last 20 lines of its build:"
    )
    assert told[1:-1] == [f"    line {n}" for n in range(10, 30)]


def two_types() -> StackSpec:
    instances = {"a": {"type": "playwright"}, "b": {"type": "everything"}}
    config = {"domain": "mcp.example.org", "instances": instances}
    return parse("dev", config, load_types(PROJECT))


def builds(programs: Programs) -> list[str]:
    return [call.split()[-2] for call in programs.calls("docker") if " build " in call]


def test_once_a_build_has_failed_again_no_other_is_tried(programs: Programs) -> None:
    programs.fail("docker build --build-arg", "the reason")
    told = "\n".join(lines(two_types()))
    assert builds(programs) == ["image/playwright"]
    assert "instance a: the image of type playwright is not built; the last 20 lines of" in told
    assert (
        "instance b: the image of type everything is not built; why stands above, if Pulumi has "
        "begun it" in told
    )


def test_builds_that_do_not_fail_again_have_one_time_together(
    programs: Programs, monkeypatch: Any
) -> None:
    told = lines(two_types())
    assert builds(programs) == ["image/playwright", "image/everything"]
    now = iter([0.0, 1.0, 61.0])
    clock = SimpleNamespace(monotonic=lambda: next(now))
    monkeypatch.setattr("console.failure.time", clock)
    assert lines(two_types()) == told
    assert builds(programs)[2:] == ["image/playwright"]


def test_where_the_host_shows_nothing_wrong_nothing_is_added(programs: Programs) -> None:
    spec = stack("a")
    programs.answer("docker image ls", f"other:1\n{image_of(spec)}\n")
    assert lines(spec) == []


def test_a_container_that_could_not_be_started_is_told_with_the_engines_reason(
    programs: Programs,
) -> None:
    programs.answer("docker container ls", "abc\tmcpier-dev-mcp-a\n")
    programs.answer("docker container inspect", [CONTAINER])
    assert lines(stack()) == [
        "  instance a did not start: exec: no such file",
        "    → look further with: docker inspect mcpier-dev-mcp-a",
    ]


def test_a_disk_that_is_full_is_told(programs: Programs, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr("console.doctor.LEAST_FREE", 1 << 80)
    programs.answer("docker system info", {"DockerRootDir": str(tmp_path)})
    told, remedy = lines(stack())
    assert f"MiB are left in {tmp_path}" in told
    assert ".venv/bin/mcpier prune --stack dev" in remedy


def test_an_engine_that_went_away_is_told_and_nothing_else(programs: Programs) -> None:
    programs.fail("docker system info", "Cannot connect to the Docker daemon")
    assert lines(stack("a")) == [
        "  docker system info failed: Cannot connect to the Docker daemon",
        "    → see that the Docker engine runs; `make up` starts one where it can",
    ]
