"""From a container as Pulumi declares it to a service of Compose."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from console.errors import ConsoleError

Inputs = Mapping[str, Any]
SECCOMP = "seccomp="


def service(inputs: Inputs, seccomp_file: str) -> dict[str, Any]:
    """The service of a container; its seccomp profile, if it has one, is in `seccomp_file`."""
    rendered: dict[str, Any] = {}
    for key, value in sorted(inputs.items()):
        if key not in RENDERED:
            raise ConsoleError(
                f"Compose files cannot say yet what Pulumi says by {key} of {inputs['name']}",
                "deploy the stack with: make up",
            )
        rendered |= RENDERED[key](value)
    if "security_opt" in rendered:
        rendered["security_opt"] = [
            f"seccomp:{seccomp_file}" if option.startswith(SECCOMP) else option
            for option in rendered["security_opt"]
        ]
    if "networks" in rendered:
        del rendered["network_mode"]
    return rendered


def seccomp_profile(inputs: Inputs) -> str | None:
    """The seccomp profile of a container: the engine takes it inline, Compose from a file."""
    options = inputs.get("securityOpts") or ()
    return next(
        (option.removeprefix(SECCOMP) for option in options if option.startswith(SECCOMP)), None
    )


def labels(entries: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Labels as a mapping."""
    return {entry["label"]: entry["value"] for entry in entries}


def _plain(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {name: value}


def _mebibytes(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {name: f"{int(value)}m"}


def _nothing(_: Any) -> dict[str, Any]:
    return {}


def _capabilities(value: Inputs) -> dict[str, Any]:
    added = {"cap_add": value["adds"]} if value.get("adds") else {}
    return added | {"cap_drop": value["drops"]}


def _tmpfs(value: Mapping[str, str]) -> dict[str, Any]:
    return {"tmpfs": [f"{path}:{options}" for path, options in sorted(value.items())]}


def _mounts(value: Iterable[Inputs]) -> dict[str, Any]:
    return {
        "volumes": [
            {
                "type": mount["type"],
                "source": mount["source"],
                "target": mount["target"],
                "read_only": bool(mount.get("readOnly")),
            }
            for mount in value
        ]
    }


def _networks(value: Iterable[Inputs]) -> dict[str, Any]:
    return {
        "networks": {
            network["name"]: {
                compose: network[key]
                for key, compose in (("ipv4Address", "ipv4_address"), ("aliases", "aliases"))
                if network.get(key)
            }
            for network in value
        }
    }


def _ulimits(value: Iterable[Inputs]) -> dict[str, Any]:
    return {
        "ulimits": {
            limit["name"]: {"soft": int(limit["soft"]), "hard": int(limit["hard"])}
            for limit in value
        }
    }


def _healthcheck(value: Inputs) -> dict[str, Any]:
    return {
        "healthcheck": {
            "test": value["tests"],
            "interval": value["interval"],
            "timeout": value["timeout"],
            "start_period": value["startPeriod"],
            "retries": int(value["retries"]),
        }
    }


RENDERED: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "capabilities": _capabilities,
    "command": _plain("command"),
    "cpus": lambda value: {"cpus": float(value)},
    # What `stopTimeout` says, when Pulumi deletes it.
    "destroyGraceSeconds": _nothing,
    "entrypoints": _plain("entrypoint"),
    "envs": _plain("environment"),
    "healthcheck": _healthcheck,
    "hosts": lambda value: {"extra_hosts": {each["host"]: each["ip"] for each in value}},
    "image": _plain("image"),
    "labels": lambda value: {"labels": labels(value)},
    "logDriver": _nothing,
    "logOpts": lambda value: {"logging": {"driver": "json-file", "options": value}},
    "memory": _mebibytes("mem_limit"),
    "memorySwap": _mebibytes("memswap_limit"),
    "mounts": _mounts,
    "name": _plain("container_name"),
    "networkMode": _plain("network_mode"),
    "networksAdvanced": _networks,
    "readOnly": _plain("read_only"),
    "restart": _plain("restart"),
    "securityOpts": _plain("security_opt"),
    "stopTimeout": lambda value: {"stop_grace_period": f"{int(value)}s"},
    "tmpfs": _tmpfs,
    "ulimits": _ulimits,
    "user": _plain("user"),
}
