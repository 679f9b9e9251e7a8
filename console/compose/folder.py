"""Writes a stack's Compose project into a folder."""

import json
import os
import secrets
import shutil
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from components.core.model import SelfSigned, StackSpec
from console.compose.project import render
from console.compose.ready_images import unseen
from console.compose.rehearsal import rehearse
from console.errors import ConsoleError
from console.pulumi import PROJECT
from console.stack_file import read_stack, secret_names

# Beside the deployed stack it is another one: other names, labels, volumes, secrets.
SUFFIX = "-compose"
FILE, ROOT, CA = "docker-compose.yml", "root", "ca.pem"
CLIENTS, PORTAL = "clients.json", "portal.json"
KEY_BYTES = 32
HEAD = "# Written by mcpier compose. Edits go into a docker-compose.override.yml beside it.\n"


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as it stands."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


@dataclass(frozen=True, kw_only=True)
class Written:
    """The folder, and what the project has otherwise than the stack file says."""

    folder: Path
    notes: tuple[str, ...]


def write(stack: str, folder: Path) -> Written:
    """Renders a stack into a folder, which is empty or has been written so before.

    Its root secret stays when it is rendered again, so that tokens and CA do.
    """
    spec = read_stack(stack)
    if folder.exists() and any(folder.iterdir()) and not (folder / ROOT).exists():
        raise ConsoleError(
            f"{folder} holds something else than a Compose project of mcpier's",
            "name a folder that is empty or not there",
        )
    notes = tuple(_notes(spec))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root = _root(folder / ROOT)
    own = replace(spec, stack=spec.stack + SUFFIX, tls=SelfSigned(generation=1))
    rehearsal = rehearse(PROJECT, own, root)
    project = render(own.stack, rehearsal, PROJECT, folder)
    for below in ("stdin", "seccomp"):
        shutil.rmtree(folder / below, ignore_errors=True)
    for path, content in project.files.items():
        _write(folder / path, content)
    _write_outputs(folder, rehearsal.outputs)
    document = yaml.dump(project.document, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    _write(folder / FILE, HEAD + document)
    return Written(folder=folder, notes=notes)


def show(written: Written) -> None:
    """Prints what to type next."""
    print(f"Wrote {written.folder}. To bring it up, ask it and take it away:")
    compose = f"docker-compose --file {written.folder / FILE}"
    print(f"  {compose} up --detach")
    print(f"  cat {written.folder / CLIENTS}    # URL and headers of every token; trust {CA}")
    if (written.folder / PORTAL).exists():
        print(f"  cat {written.folder / PORTAL}    # where the portal is, and tokens for it")
    print(f"  {compose} down --volumes")
    for note in written.notes:
        print(f"Note: {note}.")


def _write_outputs(folder: Path, outputs: Mapping[str, Any]) -> None:
    _write(folder / CA, outputs["ca"])
    for file, output in ((CLIENTS, "clients"), (PORTAL, "portal")):
        if output in outputs:
            _write(folder / file, json.dumps(outputs[output], indent=2) + "\n")
        else:
            (folder / file).unlink(missing_ok=True)


def _notes(spec: StackSpec) -> Iterator[str]:
    if not isinstance(spec.tls, SelfSigned):
        yield "it has a certificate of a CA of its own, not what mcpier:tls says"
    for path in secret_names(spec.stack):
        yield f"mcpier:secrets.{path} is encrypted, and left out"
    for image in unseen(spec):
        yield (
            f"{image} is not here, so its labels are not looked at, and one of Traefik's would "
            "lead past the gate: pull it, and write the project again before you bring it up"
        )
    yield "whether instances reach each other is tried by a deploy alone"


def _root(file: Path) -> str:
    if not file.exists():
        key = b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        _write(file, f"{key}\n{int(time.time())}\n")
    return file.read_text("ascii")


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(content)
    partial.replace(file)
