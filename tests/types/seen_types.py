"""Types of the tests: `seen` has an endpoint over TLS and an open one, `open` only open ones."""

import shutil
from pathlib import Path

from tests.authority import present_authority

SOURCE = Path(__file__).parent / "seen"


def add_types(images: Path) -> None:
    """Adds both to the folder that a checkout has its types in."""
    seen, opened = images / "seen", images / "open"
    shutil.copytree(SOURCE, seen)
    # Nobody can vouch for it: the name is not the container's, and the authority is unknown.
    (seen / "pair.pem").write_text("".join(present_authority().pair("elsewhere.example")))
    shutil.copytree(seen, opened)
    described = (opened / "type.yaml").read_text("utf-8")
    (opened / "type.yaml").write_text(described.replace("auth: bearer", "auth: none"))
