"""Named volumes, and the files that reach read-only containers through them."""

import bz2
import json
import shlex
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.core.naming import helper_run, host_name

WRITER = Path(__file__).parent / "scripts" / "write_volumes.py"


@dataclass(frozen=True, kw_only=True)
class File:
    """A text file for a volume; `path` begins with the name under which the volume is mounted."""

    path: str
    content: str = field(repr=False)
    mode: str = "0400"
    uid: int = 0


def declare_volume(
    name: str,
    stack: str,
    labels: Mapping[str, str],
    parent: pulumi.Resource,
    *,
    protected: bool = False,
) -> docker.Volume:
    """A volume of the stack's own, named after it on the Docker host.

    Its labels stay as they were made: to the provider others mean another volume, and an instance
    that is of another type now would lose what it keeps.
    """
    return docker.Volume(
        name,
        name=host_name(stack, name),
        labels=[
            docker.VolumeLabelArgs(label=key, value=value) for key, value in sorted(labels.items())
        ],
        opts=pulumi.ResourceOptions(
            parent=parent,
            delete_before_replace=True,
            protect=protected,
            ignore_changes=["labels"],
        ),
    )


def write_files(
    name: str,
    stack: str,
    *,
    image: pulumi.Input[str],
    volumes: Mapping[str, pulumi.Input[str]],
    files: pulumi.Output[Sequence[File]],
    kept: Sequence[str] = (),
    watched: bool = False,
    opts: pulumi.ResourceOptions,
) -> local.Command:
    """Makes the volumes hold exactly these files, in a container of an image with python3.

    What stands at the paths `kept` belongs to somebody else, and stays. In volumes that a program
    watches, files stay until the next write that those before named. `uploads` fails on a read-only
    container and host binds break remote hosts. The content goes in on stdin: it may be secret.
    """
    mounts = pulumi.Output.all(**dict(sorted(volumes.items()))).apply(_mount_flags)
    script = shlex.quote(WRITER.read_text("utf-8"))
    command = pulumi.Output.concat(
        helper_run(stack), " ", mounts, " ", image, " python3 -c ", script
    )
    document = files.apply(lambda written: _document(sorted(volumes), written, kept, watched))
    return container_command(name, command, pulumi.Output.secret(document.apply(_packed)), opts)


def container_command(
    name: str,
    command: pulumi.Input[str],
    stdin: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> local.Command:
    """A Command that feeds a document to a container, again whenever either of them changes."""
    return local.Command(
        name,
        create=command,
        update=command,
        stdin=stdin,
        logging=local.Logging.STDERR,
        add_previous_output_in_env=False,
        opts=opts,
    )


def _mount_flags(volumes: dict[str, Any]) -> str:
    return " ".join(
        f"--mount type=volume,source={volume},target=/volumes/{name}"
        for name, volume in volumes.items()
    )


def _packed(document: str) -> str:
    """A small part of its size: Pulumi keeps it twice in the state, and writes that at each step.

    By bzip2, which has one implementation: zlib's bytes differ between machines, and would show as
    changes.
    """
    return b64encode(bz2.compress(document.encode())).decode()


def _document(
    roots: Sequence[str], files: Sequence[File], kept: Sequence[str], watched: bool
) -> str:
    return json.dumps(
        {
            "files": [
                {
                    "path": f"/volumes/{file.path}",
                    "content": file.content,
                    "mode": file.mode,
                    "uid": str(file.uid),
                }
                for file in files
            ],
            "kept": [f"/volumes/{path}" for path in kept],
            "roots": [f"/volumes/{root}" for root in roots],
            "watched": watched,
        }
    )
