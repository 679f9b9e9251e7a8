"""What an instance chooses, and what its type becomes by it."""

from typing import Any

import pytest

from components.core.errors import ConfigError
from components.core.instance_type import Build, InstanceType, Outside, Ready, SecretKind
from components.core.model import StackSpec
from components.core.parse import parse
from components.core.parse_health import PROBE
from components.core.parse_type import parse_type

DIGEST = "ghcr.io/example/server@sha256:" + "0" * 64
OPEN: dict[str, Any] = {
    "description": "A server.",
    "image": {"choice": "image"},
    "endpoints": {"mcp": {"port": {"choice": "port"}, "path": "/mcp"}},
    "choices": {
        "image": {"required": True, "example": DIGEST, "description": "The image."},
        "port": {"type": "integer", "minimum": 0, "default": 8080, "description": "The port."},
        "loud": {"type": "boolean", "default": False, "env": "LOUD", "description": "Noise."},
        "words": {"type": "list", "pattern": "[a-z]+", "env": "WORDS", "description": "Words."},
        "check": {"default": "mcp", "description": "How it is asked."},
        "path": {"description": "What is asked."},
    },
    "health": {"check": {"choice": "check"}, "path": {"choice": "path"}},
}
BUILT: dict[str, Any] = {
    "description": "A server.",
    "build": {"base": "node", "packages": ["npm", "pip"]},
    "endpoints": {"mcp": {"path": "/mcp"}},
    "health": {"check": "mcp"},
}


def kind(document: dict[str, Any], **changes: Any) -> InstanceType:
    return parse_type("open", "image/open", document | changes, "0" * 64, {"database": "1" * 64})


def stack(found: InstanceType, **instance: Any) -> StackSpec:
    instances = {"demo": {"type": "open", **instance}}
    return parse("dev", {"domain": "a.example", "instances": instances}, [found])


def problems(found: InstanceType, **instance: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        stack(found, **instance)
    return [str(problem) for problem in caught.value.problems]


def type_problems(document: dict[str, Any], **changes: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        kind(document, **changes)
    return [str(problem).removeprefix("image/open/type.yaml:") for problem in caught.value.problems]


def test_values_that_are_an_instances_to_choose_are_in_its_type() -> None:
    (demo,) = stack(kind(OPEN), image=DIGEST, port=3000).instances
    assert demo.type.image == Ready(reference=DIGEST)
    assert demo.type.endpoints[0].port == 3000
    assert demo.type.health.command == (PROBE, "4", "mcp", "3000", "/mcp")


def test_what_is_not_chosen_counts_as_not_written() -> None:
    found = kind(OPEN)
    assert stack(found, image=DIGEST).instances[0].type.health.command[-1] == "/mcp"
    (demo,) = stack(found, image=DIGEST, check="http", path="/health").instances
    assert demo.type.health.command == (PROBE, "4", "http", "8080", "/health", "200")


def test_choices_keep_the_type_that_they_have() -> None:
    (demo,) = stack(kind(OPEN), image=DIGEST, loud=True, words=["a", "b"]).instances
    assert (demo.choices["loud"], demo.choices["words"]) == (True, ("a", "b"))


def test_values_of_the_wrong_type_are_all_refused_at_once() -> None:
    assert problems(kind(OPEN), port="80", loud="yes", words=["A"]) == [
        f"mcpier:instances.demo.image: expected text, found nothing. For example image: {DIGEST}. "
        "The image.",
        "mcpier:instances.demo.loud: expected true or false, found 'yes'. Noise.",
        "mcpier:instances.demo.port: expected a whole number of 0 or more, found '80'. "
        "Write it without quotes.",
        "mcpier:instances.demo.words: expected a list of text that matches [a-z]+, found a list. "
        "Words.",
    ]


def test_what_a_type_does_not_take_is_said_of_the_choice_that_it_is_due_to() -> None:
    assert problems(kind(OPEN), image=DIGEST, port=0) == [
        "mcpier:instances.demo.port: expected a whole number from 1 to 65535, found 0. "
        "Name the port it listens on."
    ]


def test_an_image_without_a_digest_is_warned_of() -> None:
    assert stack(kind(OPEN), image=DIGEST).warnings == ()
    (warning,) = stack(kind(OPEN), image="ghcr.io/example/server:1").warnings
    assert "ghcr.io/example/server:1 may come to name another image" in warning


def test_an_open_endpoint_and_a_kept_capability_are_warned_of_by_name() -> None:
    endpoints = {"mcp": {"path": "/mcp", "auth": "none"}, "hook": {"path": "/", "auth": "none"}}
    kept = {"NET_RAW": "it pings."}
    warnings = stack(kind(BUILT, endpoints=endpoints, capabilities=kept)).warnings
    assert [warning.partition(": ")[2] for warning in warnings] == [
        "whoever reaches the edge may use its endpoint hook: the type open says auth: none.",
        "whoever reaches the edge may use its endpoint mcp: the type open says auth: none.",
        "open keeps the capability NET_RAW: it pings.",
    ]


def test_packages_are_part_of_the_image_and_unpinned_ones_are_warned_of() -> None:
    names = {"npm": ["@a/b@1.2.3", "c"], "pip": ["d>=2", "e==1"]}
    spec = stack(kind(BUILT), packages=names)
    image = spec.instances[0].type.image
    assert isinstance(image, Build)
    assert image.installed == {"npm": ("@a/b@1.2.3", "c"), "pip": ("d>=2", "e==1")}
    assert [warning.partition(" names")[0] for warning in spec.warnings] == [
        "mcpier:instances.demo.packages.npm[1]: c",
        "mcpier:instances.demo.packages.pip[0]: d>=2",
    ]


@pytest.mark.parametrize("name", ["--global", "a b", "$(id)", "a;b", "../x", ""])
def test_what_is_no_package_reaches_no_command_line(name: str) -> None:
    (problem,) = problems(kind(BUILT), packages={"npm": [name]})
    assert problem.startswith("mcpier:instances.demo.packages.npm[0]: expected a package such as")


def test_packages_of_an_installer_that_the_type_has_not_are_refused() -> None:
    (problem,) = problems(kind(BUILT), packages={"apt": ["jq"]})
    assert problem.startswith("mcpier:instances.demo.packages.apt: expected a known key")


def test_a_side_container_has_all_that_a_container_has() -> None:
    sidecar = {
        "build": {"base": "debian", "folder": "database"},
        "secrets": {"password": {"kind": "password"}},
        "volumes": {"data": {"path": "/data"}},
        "health": {"check": "tcp", "port": 5432},
    }
    (found,) = kind(BUILT, outside="nothing", sidecars={"database": sidecar}).sidecars
    assert found.image == Build(
        name="open_database",
        folder="image/open/database",
        context_digest="1" * 64,
        base="debian",
    )
    assert found.secrets == {"password": SecretKind.PASSWORD}
    assert found.health.command == (PROBE, "4", "tcp", "5432")
    assert kind(BUILT, outside="nothing").outside is Outside.NOTHING


BROKEN: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a place for a choice that is not there": (
        BUILT,
        {"user": {"choice": "uid"}},
        "user: expected a choice of this type, found 'uid'. Nothing is known here: remove it.",
    ),
    "a choice that does nothing": (
        BUILT,
        {"choices": {"idle": {"description": "Nothing."}}},
        "choices.idle.env: expected the name of a variable, found nothing. "
        "Write env: for the choice idle.",
    ),
    "a required choice without an example": (
        BUILT,
        {"choices": {"a": {"env": "A", "required": True, "description": "A."}}},
        "choices.a.example: expected text, for the choice is required, found nothing. "
        "Show what a stack may write.",
    ),
    "a default of another type": (
        BUILT,
        {"choices": {"a": {"type": "integer", "default": "1", "env": "A", "description": "A."}}},
        "choices.a.default: expected a whole number, found '1'. Write a value of the choice a.",
    ),
    "image and build": (
        BUILT,
        {"image": DIGEST},
        "build: expected either image or build, found a mapping. Remove one of them.",
    ),
    "a side container's unknown folder": (
        BUILT,
        {
            "sidecars": {
                "db": {"build": {"base": "debian", "folder": "data"}, "health": {"command": ["x"]}}
            }
        },
        "sidecars.db.build.folder: expected a folder beside type.yaml with a Dockerfile, "
        "found 'data'. Did you mean database?",
    ),
    "a capability that there is not": (
        BUILT,
        {"capabilities": {"NET_ADMN": "why"}},
        "capabilities: expected names of capabilities, found 'NET_ADMN'. Did you mean NET_ADMIN?",
    ),
    "HTTPS asked in plain HTTP": (
        BUILT,
        {"endpoints": {"mcp": {"path": "/mcp", "scheme": "https"}}},
        "health.port: expected a port of its own: the endpoint speaks HTTPS, found nothing. "
        "Name a port that speaks plain HTTP, or write check: tcp.",
    ),
    "a status that is none": (
        BUILT,
        {"health": {"check": "http", "status": [20]}},
        "health.status: expected a list of status codes from 100 to 599, found a list. "
        "Write the status codes of a healthy answer as a list, such as [200, 204].",
    ),
    "an installer that there is not": (
        BUILT,
        {"build": {"base": "node", "packages": ["nmp"]}},
        "build.packages: expected known installers, found nmp. Did you mean npm?",
    ),
    "somewhere else outside": (
        BUILT,
        {"outside": "mars"},
        "outside: expected internet or nothing, found 'mars'. "
        "Write outside: internet, or leave it away.",
    ),
}


@pytest.mark.parametrize(("document", "changes", "message"), BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_named_with_what_to_do(
    document: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    assert type_problems(document, **changes) == [message]
