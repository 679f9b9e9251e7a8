"""Digests by which images are tagged: the same content gives the same tag on every machine."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ContextFile:
    """A file of a build context: path relative to it, content, and whether it may be executed."""

    path: str
    content: bytes
    executable: bool


def context_digest(files: Iterable[ContextFile]) -> str:
    """SHA-256 over the files, in hexadecimal, whatever order they come in."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.path):
        head = f"{file.path}\0{'x' if file.executable else '-'}\0{len(file.content)}\0"
        digest.update(head.encode())
        digest.update(file.content)
    return digest.hexdigest()


def image_tag(repository: str, context: str, build_args: Mapping[str, str]) -> str:
    """`<repository>:<16 hex digits>` over the context's digest and the build arguments."""
    digest = hashlib.sha256(context.encode())
    for name, value in sorted(build_args.items()):
        digest.update(f"\0{name}={value}".encode())
    return f"{repository}:{digest.hexdigest()[:16]}"


def built_name(name: str, context: str, build_args: Mapping[str, str]) -> str:
    """The image of one of the project's own folders."""
    return image_tag(f"mcpier/{name}", context, build_args)
