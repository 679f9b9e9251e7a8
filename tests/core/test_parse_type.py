"""An instance type's document: what it becomes, and what is said when it is wrong."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.core.errors import ConfigError
from components.core.instance_type import (
    Auth,
    Chosen,
    DataVolume,
    Health,
    InstanceType,
    Limits,
    SecretKind,
)
from components.core.model import StackSpec
from components.core.parse import parse
from components.core.parse_type import parse_type
from components.instance_types import load_types
from tests.core.conftest import TYPE

Change = Callable[[dict[str, Any]], object]
PROJECT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((PROJECT / "image").glob("*/type.yaml"))
SMALLEST = {
    "description": "A server.",
    "build": {"base": "python"},
    "endpoints": {"mcp": {"port": 8080, "path": "/mcp"}},
    "health": {"command": ["health"]},
}


def read(document: dict[str, Any], name: str = "browser") -> InstanceType:
    return parse_type(name, f"image/{name}", document, "0" * 64)


def problems(document: Any, name: str = "browser") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(document, name)
    return [str(problem) for problem in caught.value.problems]


def test_what_is_not_written_has_the_documented_default() -> None:
    kind = read(SMALLEST)
    assert kind.endpoints[0].auth is Auth.BEARER
    assert kind.limits == Limits(memory=1024, pids=256, cpus=1.0)
    assert kind.health == Health(
        command=("health",), interval=5, timeout=3, start_period=30, retries=3
    )
    assert (kind.user, kind.stop_seconds, kind.seccomp) == (1000, 10, None)
    assert (dict(kind.secrets), dict(kind.tmpfs), dict(kind.environment)) == ({}, {}, {})
    assert kind.volumes == ()
    assert (kind.variables, kind.reserved_variables) == ((), None)


def test_a_volume_without_a_condition_is_every_instances() -> None:
    kind = read(SMALLEST | {"volumes": {"data": {"path": "/var/lib/data"}}})
    instances = {"demo": {"type": "browser"}}
    spec = parse("dev", {"domain": "a.example", "instances": instances}, [kind])
    assert [volume.name for volume in spec.instances[0].volumes] == ["data"]


def test_every_key_reaches_the_type() -> None:
    document = TYPE | {
        "user": 65535,
        "tmpfs": {"/tmp": "size=64m"},
        "seccomp": "seccomp.json",
        "limits": {"memory": 2048, "pids": 64, "cpus": 0.5},
        "stopSeconds": 25,
    }
    kind = read(document)
    assert [(item.name, item.port, item.path, item.auth) for item in kind.endpoints] == [
        ("mcp", 8080, "/mcp", Auth.BEARER),
        ("vnc", 6080, "/", Auth.VIEW),
    ]
    assert [(choice.name, choice.env) for choice in kind.choices] == [
        ("profile", "MCPIER_PROFILE"),
        ("screen", "MCPIER_SCREEN"),
    ]
    kept = Chosen(choice="profile", value="persistent")
    assert kind.volumes == (DataVolume(name="profile", path="/profile", when=kept),)
    assert kind.limits == Limits(memory=2048, pids=64, cpus=0.5)
    assert (kind.user, kind.stop_seconds, kind.seccomp) == (65535, 25, "seccomp.json")
    assert kind.secrets == {
        "vnc-password": SecretKind.VNC,
        "vnc-watch-password": SecretKind.VNC_WATCH,
    }
    assert kind.tmpfs == {"/tmp": "size=64m"}


def test_a_view_can_be_watched_where_there_is_a_password_for_it() -> None:
    control = {"vnc-password": {"kind": "vnc"}}
    assert read(TYPE).can_be_watched
    assert not read(TYPE | {"secrets": control}).can_be_watched


def test_a_choice_without_a_default_is_set_only_where_it_is_chosen() -> None:
    caps = {"type": "string", "env": "CAPS", "description": "Tool groups."}
    kind = read(SMALLEST | {"choices": {"caps": caps}})

    def stack(**chosen: str) -> StackSpec:
        instance = {"type": "browser", **chosen}
        return parse("dev", {"domain": "a.example", "instances": {"demo": instance}}, [kind])

    assert stack().instances[0].choices == {}
    assert stack(caps="pdf").instances[0].choices == {"caps": "pdf"}


BROKEN: dict[str, tuple[Change, str]] = {
    "no description": (
        lambda t: t.pop("description"),
        "description: expected a sentence, found nothing. Say what an instance of it serves.",
    ),
    "an unknown base": (
        lambda t: t["build"].update(base="alpine"),
        "build.base: expected debian, node or python, found 'alpine'. Name the base image.",
    ),
    "an unknown key": (
        lambda t: t.update(heath={}),
        "heath: expected a known key, found a mapping. Did you mean health?",
    ),
    "an unknown key of an endpoint": (
        lambda t: t["endpoints"]["mcp"].update(prot=1),
        "endpoints.mcp.prot: expected a known key, found 1. Did you mean port?",
    ),
    "no endpoint for MCP": (
        lambda t: t["endpoints"].pop("mcp"),
        "endpoints: expected an endpoint mcp, found a mapping. "
        "Say at which port and path MCP is served.",
    ),
    "an endpoint that is open without saying so": (
        lambda t: t["endpoints"].update(web={"path": "/"}),
        "endpoints.web.auth: expected none, found nothing. The gate guards mcp and vnc alone. "
        "Write auth: none if everybody may come in.",
    ),
    "a port that is none": (
        lambda t: t["endpoints"]["mcp"].update(port=0),
        "endpoints.mcp.port: expected a whole number from 1 to 65535, found 0. "
        "Name the port it listens on.",
    ),
    "a path without a slash": (
        lambda t: t["endpoints"]["mcp"].update(path="mcp"),
        "endpoints.mcp.path: expected a path, found 'mcp'. Start it with /.",
    ),
    "a folder that no path can name": (
        lambda t: t["endpoints"]["mcp"].update(folders={"a/b": {"port": 8081}}),
        "endpoints.mcp.folders.a/b: expected a name of lower-case letters, digits and inner "
        "hyphens, found 'a/b'. Rename it: it is served at /<name>/.",
    ),
    "a folder at no port": (
        lambda t: t["endpoints"]["mcp"].update(folders={"files": {"port": "x"}}),
        "endpoints.mcp.folders.files.port: expected a whole number from 1 to 65535, found 'x'. "
        "Name the port that serves it.",
    ),
    "a view that asks for a token": (
        lambda t: t["endpoints"]["vnc"].update(auth="bearer"),
        "endpoints.vnc.auth: expected view, found 'bearer'. Write auth: view.",
    ),
    "a picture at no path": (
        lambda t: t["endpoints"]["vnc"].update(thumbnail="thumbnail.jpg"),
        "endpoints.vnc.thumbnail: expected a path, found 'thumbnail.jpg'. "
        "Say at which path the picture is served.",
    ),
    "a picture of what is no live view": (
        lambda t: t["endpoints"]["mcp"].update(thumbnail="/thumbnail.jpg"),
        "endpoints.mcp.thumbnail: expected a known key, found '/thumbnail.jpg'. "
        "Known here: auth, folders, path, port, scheme.",
    ),
    "a choice of another type": (
        lambda t: t["choices"]["screen"].update(type="number"),
        "choices.screen.type: expected string, integer, boolean or list, found 'number'. "
        "Write type: for the choice screen.",
    ),
    "a choice for no variable": (
        lambda t: t["choices"]["screen"].update(env="screen"),
        "choices.screen.env: expected the name of a variable, found 'screen'. "
        "Write env: for the choice screen.",
    ),
    "a choice whose pattern is no regular expression": (
        lambda t: t["choices"]["screen"].update(pattern="("),
        "choices.screen.pattern: expected a regular expression (missing ), unterminated "
        "subpattern at position 0), found '('. Write one as Python's re module reads it.",
    ),
    "a choice that would hide a key of every instance": (
        lambda t: t["choices"].update(state=t["choices"]["screen"]),
        "choices.state: expected another name, found 'state'. "
        "Rename it: every instance has a key of this name.",
    ),
    "a variable that is a number": (
        lambda t: t["environment"].update(DEPTH=24),
        "environment.DEPTH: expected text, found 24. Quote the value: it reaches the container.",
    ),
    "a variable without a value": (
        lambda t: t["environment"].update(DEPTH=None),
        "environment.DEPTH: expected text, found nothing. "
        "Quote the value: it reaches the container.",
    ),
    "an unknown kind of secret": (
        lambda t: t["secrets"]["vnc-password"].update(kind="vcn"),
        "secrets.vnc-password.kind: expected password, vnc or vnc-watch, found 'vcn'. "
        "Known here: password, vnc, vnc-watch.",
    ),
    "a variable that is no word": (
        lambda t: t.update(variables={"a b": {"description": "Text."}}),
        "variables.a b: expected the name of a variable, found 'a b'. Rename it.",
    ),
    "a variable of which nobody knows what it is for": (
        lambda t: t.update(variables={"KEY": {"secret": True}}),
        "variables.KEY.description: expected a sentence, found nothing. "
        "Say what the instance does with it.",
    ),
    "a variable that is maybe secret": (
        lambda t: t.update(variables={"KEY": {"secret": "maybe", "description": "Text."}}),
        "variables.KEY.secret: expected true or false, found 'maybe'. "
        "Say whether its value is a secret.",
    ),
    "a reserved name whose pattern is no regular expression": (
        lambda t: t.update(otherVariables={"reserved": {"(": "of course"}}),
        "otherVariables.reserved.(: expected a regular expression (missing ), unterminated "
        "subpattern at position 0), found 'of course'. Write one as Python's re module reads it.",
    ),
    "a volume whose name could join to another one's": (
        lambda t: t["volumes"].update({"my-data": {"path": "/data"}}),
        "volumes.my-data: expected a name of at most 20 lower-case letters and digits, other than "
        "secrets, found 'my-data'. Rename it: it ends the volume's name on the host.",
    ),
    "a volume in the secrets' place": (
        lambda t: t["volumes"].update(secrets={"path": "/data"}),
        "volumes.secrets: expected a name of at most 20 lower-case letters and digits, other than "
        "secrets, found 'secrets'. Rename it: it ends the volume's name on the host.",
    ),
    "a volume at no path": (
        lambda t: t["volumes"]["profile"].update(path="profile"),
        "volumes.profile.path: expected an absolute path, found 'profile'. "
        "Name a folder that the image has, owned by the type's user.",
    ),
    "a volume for an unknown choice": (
        lambda t: t["volumes"]["profile"].update(when={"choice": "profiel", "is": "x"}),
        "volumes.profile.when.choice: expected a choice of this type, found 'profiel'. "
        "Did you mean profile?",
    ),
    "a volume for a value that cannot be chosen": (
        lambda t: t["volumes"]["profile"]["when"].update({"is": "forever"}),
        "volumes.profile.when.is: expected a value of the choice profile, found 'forever'. "
        "Write the value with which an instance has the volume.",
    ),
    "root": (
        lambda t: t.update(user=0),
        "user: expected a whole number from 1 to 65535, found 0. Name an unprivileged uid.",
    ),
    "a profile elsewhere": (
        lambda t: t.update(seccomp="../seccomp.json"),
        "seccomp: expected a file name, found '../seccomp.json'. Name it beside type.yaml.",
    ),
    "no processor": (
        lambda t: t.update(limits={"cpus": 0}),
        "limits.cpus: expected a number from 0.1 to 256, found 0. Set the CPUs of one instance.",
    ),
    "processors that are true": (
        lambda t: t.update(limits={"cpus": True}),
        "limits.cpus: expected a number from 0.1 to 256, found true. Set the CPUs of one instance.",
    ),
    "memory with a unit": (
        lambda t: t.update(limits={"memory": "1g"}),
        "limits.memory: expected a whole number from 16 to 1048576, found '1g'. "
        "Set memory to what one instance needs at most.",
    ),
    "no health check": (
        lambda t: t.pop("health"),
        "health.check: expected command, http, mcp or tcp, found nothing. "
        "Say how Docker finds out whether it is healthy, such as check: mcp.",
    ),
    "a health check in one line": (
        lambda t: t["health"].update(command="health --all"),
        "health.command: expected a list of 1 or more, found 'health --all'. "
        "Write the program that tells whether it is healthy, and its arguments, as a list.",
    ),
    "a health check without a program": (
        lambda t: t["health"].update(command=[]),
        "health.command: expected a list of 1 or more, found a list. "
        "Write the program that tells whether it is healthy, and its arguments, as a list.",
    ),
}


@pytest.mark.parametrize(("change", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_type_is_named_with_what_to_do(change: Change, message: str) -> None:
    document = copy.deepcopy(TYPE)
    change(document)
    assert problems(document) == [f"image/browser/type.yaml:{message}"]


def test_a_folder_that_cannot_be_a_types_name_is_refused() -> None:
    assert problems(SMALLEST, "My_Type") == [
        "image/My_Type/type.yaml: expected a folder named by lower-case letters, digits and inner "
        "hyphens, found 'My_Type'. Rename the folder: it is the type's name."
    ]


def test_a_folder_that_is_called_as_an_image_of_the_platforms_is_refused() -> None:
    assert problems(SMALLEST, "files") == [
        "image/files/type.yaml: expected another folder, found 'files'. "
        "Rename it: mcpier has an image of this name."
    ]


def test_a_document_that_is_a_list_is_refused_as_a_whole() -> None:
    assert problems([]) == [
        "image/browser/type.yaml: expected a mapping, found a list. "
        "Write one `key: value` a line below it."
    ]


def test_an_empty_document_is_told_everything_it_lacks() -> None:
    assert [line.partition(":")[2].partition(":")[0] for line in problems(None)] == [
        "build.base",
        "description",
        "endpoints",
        "health.check",
    ]


@pytest.mark.parametrize("file", SHIPPED, ids=[file.parent.name for file in SHIPPED])
def test_every_shipped_type_is_good_and_its_defaults_fit_their_patterns(file: Path) -> None:
    kind = next(kind for kind in load_types(PROJECT) if kind.name == file.parent.name)
    samples = {choice.name: choice.sample for choice in kind.choices}
    chosen = {name: value for name, value in samples.items() if value is not None}
    instances = {"demo": {"type": kind.name, **chosen}}
    spec = parse("dev", {"domain": "mcp.example.org", "instances": instances}, [kind])
    assert spec.instances[0].choices == chosen
