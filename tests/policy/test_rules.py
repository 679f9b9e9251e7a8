"""Each rule lets a container of mcpier's own pass, and says what is wrong with any other."""

from collections.abc import Iterable
from typing import Any

import pytest

from components.core.errors import Problem
from policy.pack import RULES
from policy.rule import CONTAINER, IMAGE, VOLUME, Resource

ID = "sha256:" + "0" * 64
SOCKET = "/var/run/docker.sock"
ROUTER = "traefik.http.routers.mcp-demo"
GOOD: dict[str, Any] = {
    "image": ID,
    "readOnly": True,
    "capabilities": {"drops": ["ALL"]},
    "securityOpts": ["no-new-privileges:true", 'seccomp={"defaultAction":"SCMP_ACT_ERRNO"}'],
    "memory": 64.0,
    "memorySwap": 64.0,
    "healthcheck": {"tests": ["CMD", "true"]},
    "networkMode": "bridge",
    "mounts": [{"type": "volume", "source": "mcpier-dev-registry", "target": "/registry"}],
}
LABELS = {
    "mcpier.stack": "dev",
    "mcpier.role": "instance",
    "traefik.enable": "true",
    f"{ROUTER}.rule": "Host(`mcp-demo.example.org`)",
    f"{ROUTER}.service": "gated-mcp-demo@file",
}


def container(labels: dict[str, str] | None = None, **changes: Any) -> Resource:
    """A good container with changes; a label of None is taken away."""
    merged = {name: value for name, value in (LABELS | (labels or {})).items() if value}
    listed = [{"label": name, "value": value} for name, value in merged.items()]
    return Resource(stack="dev", props=GOOD | {"labels": listed} | changes)


def image(name: str = "debian:bookworm", base: str | None = None) -> Resource:
    build = {"build": {"buildArgs": {"BASE": base}}} if base else {}
    return Resource(stack="dev", props={"name": name, **build})


def problems(type_: str, resource: Resource) -> list[tuple[str, Problem]]:
    """What all rules for the type find, with the rule's name."""
    return [
        (rule.name, problem)
        for rule in RULES
        if rule.type == type_
        for problem in rule.check(resource)
    ]


def mounting(source: str, **more: Any) -> dict[str, Any]:
    return {"mounts": [{"type": "bind", "source": source, "target": source, **more}]}


def role(name: str) -> dict[str, str]:
    return {"mcpier.role": name}


ALLOWED: dict[str, Resource] = {
    "an instance": container(),
    "one that serves nothing": container({"traefik.enable": "", f"{ROUTER}.service": ""}),
    "a router that names the gate itself": container(
        {f"{ROUTER}.service": "own", f"{ROUTER}.middlewares": "origins@file, gate@file"}
    ),
    "labels that Traefik is not told to read": container(
        {"traefik.enable": "false", f"{ROUTER}.service": "own"}
    ),
    "Traefik": container(
        role("traefik"),
        networkMode="host",
        capabilities={"adds": ["CAP_NET_BIND_SERVICE"], "drops": ["ALL"]},
    ),
    "the socket-proxy": container(role("socket-proxy"), **mounting(SOCKET, readOnly=True)),
    "the docker-reader": container(role("docker-reader"), **mounting(SOCKET, readOnly=True)),
    "the certificates' follower": container(
        role("certificates"), **mounting("/run/../etc/letsencrypt", readOnly=True)
    ),
    "a volume by name": container(volumes=[{"volumeName": "data", "containerPath": "/data"}]),
    "a digest": container(image=f"example.org/server@{ID}"),
    "a tag of our own digest": container(image="mcpier/playwright:0123456789abcdef"),
    "an image that is not known yet": Resource(
        stack="dev",
        props={key: value for key, value in container().props.items() if key != "image"},
    ),
}


@pytest.mark.parametrize("resource", ALLOWED.values(), ids=ALLOWED.keys())
def test_a_container_as_it_should_be_passes_every_rule(resource: Resource) -> None:
    assert problems(CONTAINER, resource) == []


BOUND = {"type": "none", "o": "bind", "device": "/run"}


def test_a_volume_is_a_folder_of_the_engines_own() -> None:
    own = Resource(stack="dev", props={"name": "mcpier-dev-data"})
    assert problems(VOLUME, own) == []
    led = Resource(stack="dev", props={"name": "mcpier-dev-data", "driverOpts": BOUND})
    assert [name for name, _ in problems(VOLUME, led)] == ["own-volume"]


FOUND: dict[str, tuple[Resource, Iterable[str]]] = {
    "a published port": (container(ports=[{"internal": 80.0}]), ["no-published-port"]),
    "all ports published": (container(publishAllPorts=True), ["no-published-port"]),
    "the host's network": (container(networkMode="host"), ["own-network"]),
    "another container's network": (container(networkMode="container:x"), ["own-network"]),
    "docker.sock": (container(**mounting(SOCKET, readOnly=True)), ["docker-socket"]),
    "docker.sock for the portal": (
        container(role("portal"), **mounting(SOCKET, readOnly=True)),
        ["docker-socket"],
    ),
    "docker.sock by its other path": (container(**mounting("/run/docker.sock")), ["docker-socket"]),
    "a folder with docker.sock in it": (container(**mounting("/var/run/")), ["docker-socket"]),
    "the whole host": (container(**mounting("/")), ["docker-socket"]),
    "docker.sock by a process's root": (
        container(**mounting("/proc/1/root/run/docker.sock")),
        ["host-folder"],
    ),
    "the socket of another engine": (
        container(**mounting("/run/user/1000/docker.sock", readOnly=True)),
        ["host-folder"],
    ),
    "a folder of the host by a volume's options": (
        container(
            mounts=[
                {
                    "type": "volume",
                    "source": "x",
                    "target": "/x",
                    "volumeOptions": {"driverOptions": BOUND},
                }
            ]
        ),
        ["host-folder"],
    ),
    "a folder of the host": (container(**mounting("/srv", readOnly=True)), ["host-folder"]),
    "docker.sock as a volume": (
        container(volumes=[{"hostPath": SOCKET, "containerPath": "/s"}]),
        ["docker-socket"],
    ),
    "docker.sock by a way around": (
        container(**mounting("/run/../run/./docker.sock")),
        ["docker-socket"],
    ),
    "docker.sock behind two slashes": (
        container(**mounting("//run//docker.sock")),
        ["docker-socket"],
    ),
    "docker.sock by another container's volumes": (
        container(volumes=[{"fromContainer": "mcpier-dev-socket-proxy"}]),
        ["docker-socket"],
    ),
    "docker.sock read-write": (
        container(role("socket-proxy"), **mounting(SOCKET)),
        ["docker-socket"],
    ),
    "a router past the gate": (container({f"{ROUTER}.service": "own"}), ["gated-router"]),
    "a router without a service": (container({f"{ROUTER}.service": ""}), ["gated-router"]),
    "a gated service of its own labels": (
        container({f"{ROUTER}.service": "gated-mcp-demo@docker"}),
        ["gated-router"],
    ),
    "a second router past the gate": (
        container({"traefik.http.routers.more.rule": "Host(`x.example.org`)"}),
        ["gated-router"],
    ),
    "a router in capitals": (
        container({"traefik.ENABLE": "T", "Traefik.HTTP.Routers.More.Rule": "Host(`x`)"}),
        ["gated-router"],
    ),
    "no router at all": (
        container({f"{ROUTER}.service": "", f"{ROUTER}.rule": ""}),
        ["gated-router"],
    ),
    "a router of TCP": (
        container({"traefik.tcp.routers.x.rule": "HostSNI(`*`)"}),
        ["gated-router"],
    ),
    "a root that can be written": (container(readOnly=False), ["read-only-root"]),
    "a root of which nothing is said": (container(readOnly=None), ["read-only-root"]),
    "capabilities that are kept": (container(capabilities=None), ["no-capabilities"]),
    "some capabilities dropped": (
        container(capabilities={"drops": ["CAP_CHOWN"]}),
        ["no-capabilities"],
    ),
    "a capability more": (
        container(capabilities={"adds": ["SYS_ADMIN"], "drops": ["ALL"]}),
        ["no-capabilities"],
    ),
    "Traefik's capability elsewhere": (
        container(capabilities={"adds": ["CAP_NET_BIND_SERVICE"], "drops": ["ALL"]}),
        ["no-capabilities"],
    ),
    "privileges to gain": (container(securityOpts=[]), ["no-new-privileges"]),
    "privileges to gain by intent": (
        container(securityOpts=["no-new-privileges:false"]),
        ["no-new-privileges"],
    ),
    "privileged": (container(privileged=True), ["confined"]),
    "a device": (container(devices=[{"hostPath": "/dev/kvm"}]), ["confined"]),
    "a graphics card": (container(gpus="all"), ["confined"]),
    "no seccomp": (
        container(securityOpts=["no-new-privileges:true", "seccomp=unconfined"]),
        ["confined"],
    ),
    "the host's processes": (container(pidMode="host"), ["confined"]),
    "another container's memory": (container(ipcMode="container:x"), ["confined"]),
    "no limit of memory": (container(memory=0, memorySwap=0), ["memory-limit"]),
    "swap beyond the limit": (container(memorySwap=-1), ["memory-limit"]),
    "no health check": (container(healthcheck=None), ["health-check"]),
    "a health check turned off": (
        container(healthcheck={"tests": ["NONE"]}),
        ["health-check"],
    ),
    "no label of its stack": (container({"mcpier.stack": ""}), ["own-labels"]),
    "another stack's label": (container({"mcpier.stack": "prod"}), ["own-labels"]),
    "no label of its role": (container({"mcpier.role": ""}), ["own-labels"]),
    "an image by a tag": (container(image="debian:bookworm"), ["pinned-image"]),
    "an image by its name": (container(image="mcpier/playwright"), ["pinned-image"]),
    "everything wrong at once": (
        container(privileged=True, readOnly=False, ports=[{"internal": 80.0}, {"internal": 81.0}]),
        ["no-published-port", "no-published-port", "read-only-root", "confined"],
    ),
}


@pytest.mark.parametrize(("resource", "rules"), FOUND.values(), ids=FOUND.keys())
def test_a_rule_finds(resource: Resource, rules: list[str]) -> None:
    assert [name for name, _ in problems(CONTAINER, resource)] == rules


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        (image("traefik:v3.7.15"), []),
        (image("localhost:5000/team/server:2"), []),
        (image(f"debian@{ID}"), []),
        (image("mcpier/authgate:0123456789abcdef", base="debian:bookworm-slim"), []),
        (image("traefik:latest"), ["name"]),
        (image("traefik"), ["name"]),
        (image("localhost:5000/server"), ["name"]),
        (image("mcpier/authgate:0123456789abcdef", base="debian"), ["build.buildArgs.BASE"]),
    ],
)
def test_an_image_that_is_fetched_or_built_upon_has_a_version(
    resource: Resource, found: list[str]
) -> None:
    assert [problem.path for _, problem in problems(IMAGE, resource)] == found


def test_a_problem_says_what_is_expected_what_is_found_and_what_to_do() -> None:
    ((_, problem),) = problems(CONTAINER, container({f"{ROUTER}.service": "own"}))
    assert str(problem) == (
        "label traefik.http.routers.mcp-demo.service: expected gated-mcp-demo@file, which asks "
        "the gate, found own. Set it, or name gate@file among the router's middlewares."
    )
