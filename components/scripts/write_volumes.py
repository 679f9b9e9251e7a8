"""Writes files into mounted volumes: runs in a container, with what to write on stdin.

The document, as bzip2 in Base64: `{"roots": [directory, …], "kept": [path, …], "watched": bool,
"files": [{"path", "content", "mode", "uid"}, …]}`. Files are written in order, each under a name of
its own and then renamed, so that a reader sees the old one or the new one whole. What a root holds
besides is removed last, but for what is kept. Where roots are watched, files stay as well that a
replaced or removed one named: who has just read it may open them now. The next run removes those.
"""

import bz2
import json
import os
import sys
from base64 import b64decode
from pathlib import Path


def main() -> None:
    document = json.loads(bz2.decompress(b64decode(sys.stdin.read())))
    written, before = set(), ""
    for file in document["files"]:
        path = Path(file["path"])
        before += text(path)
        write(path, file)
        written |= {path, *path.parents}
    kept = [Path(path) for path in document["kept"]]
    for root in map(Path, document["roots"]):
        others = not_written(root, written, kept)
        named = before + "".join(map(text, others)) if document["watched"] else ""
        prune(root, others, named)


def write(path: Path, file: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as out:
        out.write(file["content"])
        os.fchmod(descriptor, int(file["mode"], 8))
        os.fchown(descriptor, int(file["uid"]), int(file["uid"]))
        out.flush()
        os.fsync(descriptor)
    partial.rename(path)


def not_written(root: Path, written: set[Path], kept: list[Path]) -> list[Path]:
    """What a root holds besides, what is in a folder before the folder."""
    found = sorted(root.rglob("*"), reverse=True)
    return [
        path for path in found if path not in written and not any(map(path.is_relative_to, kept))
    ]


def prune(root: Path, others: list[Path], named: str) -> None:
    for path in others:
        if path.is_file() and path.relative_to(root).as_posix() not in named:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def text(path: Path) -> str:
    return path.read_text("utf-8", errors="replace") if path.is_file() else ""


try:
    main()
except OSError as refusal:
    where = f" at {refusal.filename}" if refusal.filename else ""
    sys.exit(
        f"files could not be written into a volume: {refusal.strerror}{where}\n"
        "  → mend what it names on the Docker host, and run the update again"
    )
