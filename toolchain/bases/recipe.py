"""What a stand-in is made of, as one digest: a changed digest means a rebuild."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from toolchain.bases.model import Base


def recipe_files(folder: Path) -> dict[str, bytes]:
    """The files below `folder` by relative path, which ends in `*` for what can be executed."""
    return {
        f"{path.relative_to(folder).as_posix()}{'*' * os.access(path, os.X_OK)}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def recipe_digest(
    files: Mapping[str, bytes], parents: Iterable[str], certificates: Iterable[bytes]
) -> str:
    """`sha256:<hex>` over a recipe's files, its parents' digests and extra certificates (DER)."""
    digest = hashlib.sha256()
    parts = [part for name in sorted(files) for part in (name.encode(), files[name])]
    parts += [parent.encode() for parent in parents]
    parts += sorted(certificates)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return f"sha256:{digest.hexdigest()}"


def digests(bases: Iterable[Base], certificates: Iterable[bytes]) -> dict[str, str]:
    """Each base's recipe digest by name; `bases` in build order.

    The certificates are installed in the bases without parents; the others inherit them, and
    with them the digest.
    """
    extra, found = list(certificates), dict[str, str]()
    for base in bases:
        parents = [found[parent] for parent in base.parents]
        found[base.name] = recipe_digest(
            recipe_files(base.recipe), parents, () if parents else extra
        )
    return found
