"""Writes files into mounted volumes: runs in a container, with what to write as JSON on stdin.

Document: `{"roots": [directory, …], "kept": [path, …], "files": [{"path", "content", "mode",
"uid"}, …]}`. Files are written in order, each under a name of its own and then renamed, so that a
reader sees the old one or the new one whole. What a root holds besides is removed last, but for
what is kept.
"""

import json
import os
import sys
from pathlib import Path


def main() -> None:
    document = json.load(sys.stdin)
    keep = set()
    for file in document["files"]:
        path = Path(file["path"])
        write(path, file)
        keep |= {path, *path.parents}
    for root in map(Path, document["roots"]):
        prune(root, keep, [Path(path) for path in document["kept"]])


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


def prune(root: Path, keep: set[Path], others: list[Path]) -> None:
    for path in sorted(root.rglob("*"), reverse=True):
        if path in keep or any(path.is_relative_to(other) for other in others):
            continue
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()


main()
