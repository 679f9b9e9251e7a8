"""A host whose kernel keeps browsers' sandboxes from starting is named before a deploy."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from components.core.model import StackSpec
from components.core.parse import parse
from components.instance_types import load_types
from console.errors import ConsoleError
from console.namespaces import namespaces
from console.preflight import check_host
from console.pulumi import PROJECT
from tests.console.conftest import Programs

CONFIG: dict[str, Any] = {
    "domain": "mcp.example.org",
    "instances": {"demo": {"type": "playwright"}, "other": {"type": "everything"}},
}
PROFILE = PROJECT / "image" / "playwright" / "seccomp.json"


@pytest.fixture
def spec() -> StackSpec:
    return parse("dev", CONFIG, load_types(PROJECT))


def told(programs: Programs, refused: str, **settings: int) -> None:
    named = {name.replace("__", "."): value for name, value in settings.items()}
    programs.answer("docker run --rm", {"refused": refused, "settings": named})


@pytest.mark.parametrize(
    ("setting", "found", "remedy"),
    [
        ("user__max_user_namespaces", 0, "sysctl -w user.max_user_namespaces=10000"),
        ("kernel__unprivileged_userns_clone", 0, "kernel.unprivileged_userns_clone=1"),
        (
            "kernel__apparmor_restrict_unprivileged_userns",
            1,
            "kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    ],
)
def test_the_setting_that_forbids_it_is_named_with_the_line_that_mends_it(
    programs: Programs, spec: StackSpec, setting: str, found: int, remedy: str
) -> None:
    good = {"user__max_user_namespaces": 50_000, "kernel__unprivileged_userns_clone": 1}
    told(programs, "Operation not permitted", **good | {setting: found})
    (finding,) = namespaces(spec)
    assert finding.what == (
        "the Docker host lets no container make user namespaces (Operation not permitted), "
        "which the sandbox of playwright needs"
    )
    assert remedy in finding.remedy
    assert finding.remedy.count("=") == 1


def test_where_no_setting_does_the_host_is_to_be_looked_at(
    programs: Programs, spec: StackSpec
) -> None:
    told(programs, "Operation not permitted", user__max_user_namespaces=50_000)
    (finding,) = namespaces(spec)
    assert "AppArmor" in finding.remedy


def test_it_is_tried_once_under_the_profile_that_the_instances_have(
    programs: Programs, spec: StackSpec
) -> None:
    assert list(namespaces(spec)) == []
    (run,) = programs.calls("docker")
    assert f"--security-opt seccomp={PROFILE} " in run


def test_nothing_is_tried_where_no_instance_makes_namespaces(programs: Programs) -> None:
    stopped = {"demo": {"type": "playwright", "state": "stopped"}, "docs": {"type": "shell"}}
    spec = parse("dev", CONFIG | {"instances": stopped}, load_types(PROJECT))
    assert list(namespaces(spec)) == []
    assert programs.calls("docker") == []


def test_a_profile_for_another_purpose_is_not_tried(programs: Programs, tmp_path: Path) -> None:
    """As a sandbox has that calls pivot_root and no chroot."""
    kind = shutil.copytree(PROFILE.parent, tmp_path / "box")
    profile = json.loads(PROFILE.read_text())
    profile["syscalls"][-1]["names"].remove("chroot")
    (kind / "seccomp.json").write_text(json.dumps(profile))
    config = CONFIG | {"typePaths": [str(kind)], "instances": {"demo": {"type": "box"}}}
    assert list(namespaces(parse("dev", config, load_types(PROJECT, config)))) == []
    assert programs.calls("docker") == []


def test_it_stands_beside_all_else_that_a_deploy_lacks(
    programs: Programs, spec: StackSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    told(programs, "Operation not permitted", user__max_user_namespaces=0)
    config = {"Subnet": str(spec.edge.control_subnet)}
    other = {"Id": "1", "Name": "other", "IPAM": {"Config": [config]}}
    programs.answer("docker network ls", "1\n")
    programs.answer("docker network inspect", [other])
    with pytest.raises(ConsoleError) as caught:
        check_host(spec)
    assert "overlaps other networks of the engine" in caught.value.what
    assert "lets no container make user namespaces" in caught.value.what
    assert "set others in stacks/Pulumi.dev.yaml" in caught.value.remedy
    assert "sysctl -w user.max_user_namespaces=10000" in caught.value.remedy
