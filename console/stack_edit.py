"""Edits of a stack's file: in place, checked by the real parser, written whole or not at all."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from components.core.choice import ChoiceType
from components.core.errors import ConfigError
from components.core.model import Instance, StackSpec
from components.core.stack_yaml import read_yaml
from console.connect import pick
from console.errors import ConsoleError
from console.pulumi import stack_file
from console.stack_file import parse_stack, read_stack
from console.types import types_of
from console.yaml_marks import NotInPlace
from console.yaml_text import with_entry, with_item, without

INSTANCES = ("config", "mcpier:instances")
SECRETS = ("config", "mcpier:secrets")


def read_settings(
    stack: str, type_: str, tokens: Sequence[str], settings: Sequence[str]
) -> dict[str, Any]:
    """An instance's entry; `settings` are `KEY=VALUE`, and `env.NAME=VALUE` sets a variable.

    A value is text where the key is a choice of text, or a variable; else it is read as YAML.
    """
    entry: dict[str, Any] = {"type": type_}
    entry |= {"tokens": list(tokens)} if tokens else {}
    types = {kind.name: kind for kind in types_of(stack)}
    choices = types[type_].choices if type_ in types else ()
    text = {choice.name for choice in choices if choice.type is ChoiceType.STRING}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not key or not equals:
            raise ConsoleError(f"{setting!r} is not KEY=VALUE", "type for example: --set screen=…")
        if key.startswith("env."):
            entry.setdefault("env", {})[key.removeprefix("env.")] = value
        else:
            entry[key] = value if key in text else _yaml(key, value)
    return entry


def add_instance(stack: str, id_: str, settings: Mapping[str, Any]) -> None:
    """Adds an instance with these keys; raises `ConsoleError` where the parser refuses it."""
    if any(item.id == id_ for item in read_stack(stack).instances):
        raise ConsoleError(
            f"stack {stack} has an instance {id_} already",
            f"take another id, or edit its entry in stacks/Pulumi.{stack}.yaml",
        )
    _change(stack, lambda text: with_entry(text, (*INSTANCES, id_), dict(settings)))


def remove_instance(stack: str, id_: str) -> Instance:
    """Removes an instance and what the secrets hold of it; gives what it was."""
    instance = find_instance(read_stack(stack), id_)
    secrets = (*SECRETS, "instances", id_)
    _change(stack, lambda text: _swept(without(text, (*INSTANCES, id_)), secrets))
    return instance


def add_token(stack: str, id_: str, token: Mapping[str, Any]) -> None:
    """Adds a token to an instance: `name`, and perhaps `generation` and `expires`."""
    instance = find_instance(read_stack(stack), id_)
    name = token["name"]
    if any(known.name == name for known in instance.tokens):
        raise ConsoleError(
            f"instance {id_} has a token {name} already",
            "take another name; to give it another value, raise its generation in "
            f"stacks/Pulumi.{stack}.yaml",
        )
    item = name if len(token) == 1 else dict(token)
    _change(stack, lambda text: with_item(text, (*INSTANCES, id_, "tokens"), item))


def revoke_token(stack: str, id_: str, name: str) -> None:
    """Removes a token from an instance, and the value that the secrets give it."""
    instance = find_instance(read_stack(stack), id_)
    names = [token.name for token in instance.tokens]
    pick(dict.fromkeys(names), name, f"instance {id_} has no token {name}")
    path = (*INSTANCES, id_, "tokens", names.index(name))
    secrets = (*SECRETS, "instances", id_, "tokens", name)
    _change(stack, lambda text: _swept(without(text, path), secrets))


def find_instance(spec: StackSpec, id_: str) -> Instance:
    """An instance by its id; raises `ConsoleError` with the nearest one."""
    by_id = {item.id: item for item in spec.instances}
    found: Instance = pick(by_id, id_, f"stack {spec.stack} has no instance {id_}")
    return found


def _yaml(key: str, value: str) -> Any:
    try:
        return read_yaml(value)
    except yaml.YAMLError:
        raise ConsoleError(f"the value of {key} is not YAML", "quote it") from None


def _swept(text: str, path: Sequence[str]) -> str:
    """The text without what stands at a path, if anything, and the mappings that this empties."""
    inner: Any = read_yaml(text)
    depth = shared = 0
    for key in path:
        if not isinstance(inner, dict) or key not in inner:
            return text
        shared = depth if len(inner) > 1 else shared
        inner, depth = inner[key], depth + 1
    return without(text, path[: shared + 1])


def _change(stack: str, edit: Callable[[str], str]) -> None:
    file = stack_file(stack).resolve()
    name = f"stacks/Pulumi.{stack}.yaml"
    with _alone(file.parent):
        try:
            after = edit(file.read_text("utf-8"))
            parse_stack(stack, name, after)
        except ConfigError as error:
            raise ConsoleError(
                f"{name} stays as it is, for so changed {error}", "mend what you typed"
            ) from None
        except NotInPlace:
            raise ConsoleError(
                f"{name} is written so that this cannot be changed in place",
                "change it by hand, or write the entry that it is about in block style",
            ) from None
        _replace(file, after)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two edits at once follow each other."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(file: Path, text: str) -> None:
    descriptor, partial = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(descriptor)
        shutil.copymode(file, partial)
        owner = file.stat()
        if owner.st_uid != os.geteuid():
            os.chown(partial, owner.st_uid, owner.st_gid)
        os.replace(partial, file)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
