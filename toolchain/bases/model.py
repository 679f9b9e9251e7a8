"""The four base images: what they are called, where they come from, what each stand-in needs."""

from dataclasses import dataclass
from pathlib import Path

RECIPES = Path(__file__).parent


@dataclass(frozen=True)
class Base:
    """One base image.

    `tag` is the local name that Dockerfiles use, `official` the image pulled for it, `parents`
    the bases (by name) that its stand-in is built from.
    """

    name: str
    tag: str
    official: str
    parents: tuple[str, ...] = ()

    @property
    def recipe(self) -> Path:
        """The folder with the stand-in's Dockerfile and files."""
        return RECIPES / self.name


# In build order: a base stands after its parents.
BASES: tuple[Base, ...] = (
    Base("debian", "mcpier/base-debian:bookworm", "debian:bookworm-slim"),
    Base("node", "mcpier/base-node:22-bookworm", "node:22-bookworm-slim", ("debian",)),
    Base("python", "mcpier/base-python:3.11-bookworm", "python:3.11-slim-bookworm", ("debian",)),
    Base("traefik", "mcpier/base-traefik:3.7.15", "traefik:v3.7.15", ("debian", "python")),
)


def bases_named_in(text: str) -> tuple[Base, ...]:
    """The bases whose tags a stack file names, and those that their stand-ins are built from."""
    named = {base.name for base in BASES if base.tag in text}
    parents = {parent for base in BASES if base.name in named for parent in base.parents}
    return tuple(base for base in BASES if base.name in named | parents)
