"""What is to be done for each base image. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from toolchain.bases.model import Base


class Action(Enum):
    """What a base image needs: nothing, to be pulled or else built, or to be built anew."""

    LEAVE = "leave"
    OBTAIN = "obtain"
    REBUILD = "rebuild"


@dataclass(frozen=True)
class Present:
    """An image that the engine has: its id and, for a stand-in, the digest of its recipe."""

    id: str
    recipe: str | None


def action(present: Present | None, recipe: str) -> Action:
    """An image that is no stand-in is the user's or the official one, and is left alone."""
    if present is None:
        return Action.OBTAIN
    if present.recipe is None or present.recipe == recipe:
        return Action.LEAVE
    return Action.REBUILD


def plan(
    bases: Iterable[Base], present: Mapping[str, Present], recipes: Mapping[str, str]
) -> list[tuple[Base, Action]]:
    """The bases that need something, in order; `present` by tag, `recipes` by base name."""
    steps = [(base, action(present.get(base.tag), recipes[base.name])) for base in bases]
    return [(base, step) for base, step in steps if step is not Action.LEAVE]
