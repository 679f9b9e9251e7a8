"""The stack as its deploy describes it: the file that the portal is given."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.errors import Trouble


@dataclass(frozen=True, kw_only=True)
class Instance:
    """`urls` are by endpoint; `containers` by the name of the side container, its own by ``""``.

    `thumbnail` is the path of a picture of its live view, empty where there is none.
    """

    id: str
    type: str
    wanted: str
    urls: Mapping[str, str]
    thumbnail: str
    containers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Client:
    """What an MCP client takes, with `<id>`, `<url>` and `<token>` in it, and where that goes.

    `trust` says how it is told of a CA; it is empty where there is none to tell of.
    """

    name: str
    text: str
    place: str
    trust: str

    def text_for(self, instance: Instance) -> str:
        """What it takes for an instance, but for the token."""
        return self._filled(self.text, instance)

    def place_for(self, instance: Instance) -> str:
        """Where that goes."""
        return self._filled(self.place, instance)

    def _filled(self, text: str, instance: Instance) -> str:
        return text.replace("<id>", instance.id).replace("<url>", instance.urls["mcp"])


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack; `platform` has the containers of its own parts, by part."""

    name: str
    domain: str
    instances: Mapping[str, Instance]
    platform: Mapping[str, str]
    clients: tuple[Client, ...]


class StackFile:
    """The file, read again whenever it has been written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stands: tuple[int, int] | None = None
        self._stack: Stack | None = None

    def read(self) -> Stack:
        """The stack; raises Trouble where the file cannot be read."""
        try:
            stat = os.stat(self._path)
            stands = stat.st_mtime_ns, stat.st_ino
            if self._stack is None or stands != self._stands:
                self._stack = parse(json.loads(self._path.read_bytes()))
                self._stands = stands
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Trouble(f"{self._path.name} cannot be read: the next deploy writes it") from error
        return self._stack


def parse(document: Mapping[str, Any]) -> Stack:
    """The stack that a document describes; raises KeyError or TypeError where it does not."""
    instances = {
        id_: Instance(
            id=id_,
            type=entry["type"],
            wanted=entry["wanted"],
            urls=entry["urls"],
            thumbnail=entry["thumbnail"],
            containers=entry["containers"],
        )
        for id_, entry in document["instances"].items()
    }
    return Stack(
        name=document["stack"],
        domain=document["domain"],
        instances=instances,
        platform=document["platform"],
        clients=tuple(Client(**entry) for entry in document["clients"]),
    )
