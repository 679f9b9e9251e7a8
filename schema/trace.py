"""Leads the parser past every key that it knows, and gives the shape that it reads."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from components.core.errors import ConfigError
from components.core.instance_type import InstanceType
from components.core.parse import parse
from schema.traced import Shape, Traced

Config = dict[str, Any]


def trace(whole: Mapping[str, Any], types: Iterable[InstanceType]) -> Shape:
    """The shape of a config, keyed as `parse` takes it.

    `whole` has every key: those of instances on some instance of their type, or as choices of the
    types. It is read with each value of a selector, and with each key left out in turn.
    """
    kinds = list(types)
    config = _with_every_choice(_decrypted(whole), kinds)
    root = Shape()
    _read(config, kinds, root)
    for variant in list(_variants(config, root)):
        _read(variant, kinds, root)
        for shorter in _with_a_gap(variant):
            _read(shorter, kinds, root)
    return root


def _read(config: Config, types: Iterable[InstanceType], root: Shape) -> None:
    with suppress(ConfigError):
        parse("traced", config, types, open_root=lambda *args: Traced(*args, shape=root))


def _decrypted(value: Any) -> Any:
    """The same with text in place of what Pulumi has encrypted."""
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"secure"}:
        return value["secure"]
    return {key: _decrypted(below) for key, below in value.items()}


def _with_every_choice(config: Config, types: Iterable[InstanceType]) -> Config:
    """The config with an instance of each type that has all its choices, and every other key."""
    kinds = list(types)
    instances = config.get("instances", {})
    choices = {choice.name for kind in kinds for choice in kind.choices}
    others = {
        key: value
        for instance in instances.values()
        for key, value in instance.items()
        if key not in choices
    }
    added = {
        f"every-{kind.name}": {
            **others,
            "type": kind.name,
            **{choice.name: choice.sample for choice in kind.choices},
        }
        for kind in kinds
    }
    return {**config, "instances": {**instances, **added}}


def _variants(config: Config, shape: Shape, path: tuple[str, ...] = ()) -> Iterator[Config]:
    """The config with each value of each selector that stands at a path of its own."""
    for option in shape.variants:
        yield _changed(config, (*path, str(shape.selector)), option)
    for key, below in shape.keys.items():
        yield from _variants(config, below, (*path, key))


def _changed(config: Config, path: tuple[str, ...], value: str) -> Config:
    changed = copy.deepcopy(config)
    mapping = changed
    for key in path[:-1]:
        mapping = mapping.setdefault(key, {})
    mapping[path[-1]] = value
    return changed


def _with_a_gap(value: Any) -> Iterator[Any]:
    """The same without one of its keys, for each in turn."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield {other: kept for other, kept in value.items() if other != key}
            yield from ({**value, key: shorter} for shorter in _with_a_gap(below))
    elif isinstance(value, list):
        for place, below in enumerate(value):
            yield from (
                [*value[:place], shorter, *value[place + 1 :]] for shorter in _with_a_gap(below)
            )
