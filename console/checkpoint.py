"""The files of a local backend, as a killed pulumi may leave them: half written."""

import json
import shutil
from pathlib import Path

from console.locks import living_lock, local_root
from console.pulumi import Pulumi


def mend_checkpoint(pulumi: Pulumi) -> None:
    """Puts the last whole checkpoint in the place of a broken one, unless an update runs.

    Beside each file stands one with its attributes; pulumi does without, but not with half of it.
    """
    root = local_root(pulumi)
    if root is None or living_lock(pulumi) is not None:
        return
    folder = root / ".pulumi" / "stacks" / pulumi.project()
    checkpoint = folder / f"{pulumi.stack}.json"
    backup = checkpoint.with_name(f"{checkpoint.name}.bak")
    for attributes in (f"{checkpoint}.attrs", f"{backup}.attrs"):
        _drop_broken(Path(attributes))
    if checkpoint.exists() and not _whole(checkpoint) and _whole(backup):
        print(f"The killed update left {checkpoint} half written: taking the one before it.")
        shutil.copy2(backup, checkpoint)


def _drop_broken(attributes: Path) -> None:
    if attributes.exists() and not _whole(attributes):
        print(f"The killed update left {attributes} half written: removing it.")
        attributes.unlink()


def _whole(file: Path) -> bool:
    try:
        json.loads(file.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return True
