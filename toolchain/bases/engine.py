"""The few things asked of the Docker engine, by the docker client (which honours DOCKER_HOST)."""

import json
import select
import subprocess
import threading
from collections.abc import Iterable, Sequence

from toolchain.bases.plan import Present
from toolchain.errors import SetupError
from toolchain.steps import Say

LABEL_DIGEST = "mcpier.base-digest"
# A silent registry is given up after the first time, a slow pull after the second.
FIRST_WORD_SECONDS = 10
PULL_SECONDS = 900


def present_images(tags: Sequence[str]) -> dict[str, Present]:
    """Those of `tags` that the engine has."""
    shown = "{{json .Id}}\t{{json .RepoTags}}\t{{json .Config.Labels}}"
    done = _docker(["image", "inspect", "--format", shown, *tags])
    refusals = _refusals(done)
    if any("no such image" not in line.lower() for line in refusals):
        raise SetupError(
            f"the Docker engine does not answer: {refusals[-1]}",
            "see that it runs and that this user may use it (or point DOCKER_HOST at another), "
            "then run the same command again",
        )
    return images_shown(done.stdout, tags)


def _refusals(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Why the client failed; it also warns of its own configuration, whatever comes of the rest."""
    if done.returncode == 0:
        return []
    lines = [line.strip() for line in done.stderr.splitlines()]
    return [line for line in lines if line and not line.startswith("WARNING")]


def images_shown(lines: str, tags: Iterable[str]) -> dict[str, Present]:
    """The images by tag, from lines of id, tags and labels as JSON, separated by tabs."""
    wanted, found = set(tags), dict[str, Present]()
    for line in filter(None, lines.splitlines()):
        identity, names, labels = (json.loads(part) for part in line.split("\t"))
        image = Present(identity, (labels or {}).get(LABEL_DIGEST))
        found |= {name: image for name in wanted.intersection(names)}
    return found


def pull(image: str, tag: str, say: Say) -> bool:
    """Pull `image`, passing on what the client says, and name it `tag`; whether that worked."""
    with subprocess.Popen(
        ["docker", "pull", image], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        deadline = threading.Timer(PULL_SECONDS, process.kill)
        deadline.start()
        try:
            assert process.stdout is not None
            if select.select([process.stdout], [], [], FIRST_WORD_SECONDS)[0]:
                for line in process.stdout:
                    say(f"  {line.rstrip()}")
            else:
                say(f"  no answer within {FIRST_WORD_SECONDS} s")
                process.kill()
        finally:
            deadline.cancel()
    return process.returncode == 0 and _docker(["tag", image, tag]).returncode == 0


def architecture() -> str:
    """The engine's architecture in Debian's terms: amd64, arm64, …"""
    return _docker(["version", "--format", "{{.Server.Arch}}"]).stdout.strip()


def remove(image: str) -> None:
    """Remove an image that a rebuild replaced, unless containers or other images need it."""
    _docker(["image", "rm", image])


def remove_stages() -> None:
    """Remove what build stages leave; their label is their own, so nothing else matches."""
    _docker(["image", "prune", "--force", "--filter", "label=mcpier.role=base-stage"])


def _docker(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["docker", *arguments], capture_output=True, text=True)
    except FileNotFoundError as missing:
        raise SetupError(
            "the docker client is not on PATH", "install it (Debian: apt-get install docker.io)"
        ) from missing
