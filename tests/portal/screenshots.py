"""`python -m tests.portal.screenshots`: takes the pictures of the portal and of `mcpier status`."""

import io
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from components.core.model import StackSpec
from components.core.naming import host_name, instance_labels, labels
from components.core.parse import parse
from components.core.parse_type import parse_type
from components.core.parts import platform_parts
from console.memory import Memory
from console.status import describe
from console.status_table import MIB, render
from tests.core.conftest import TYPE
from tests.image.playwright_image import build_image
from tests.portal.browser import Look, look
from tests.portal.shown import BROKEN, INSTANCES, show
from tests.portal.stage import CONFIG, stage

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PICTURES = {
    "portal-light": Look(whole=True),
    "portal-dark": Look(scheme="dark", whole=True),
    "portal-phone": Look(width=360, height=740, whole=True),
    "portal-instance": Look(path="/instances/docs", whole=True),
    "portal-instance-phone-dark": Look(
        path="/instances/checkout", width=360, height=740, scheme="dark", whole=True
    ),
}
COLUMNS = 132


def main() -> None:
    """Writes every picture."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "status.svg").write_text(status_picture())
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder), 110) as portal:
        show(portal)
        seen = look(portal, build_image(), list(PICTURES.values()))
    for name, each in zip(PICTURES, seen, strict=True):
        (FOLDER / f"{name}.png").write_bytes(each.image)


def status_picture() -> str:
    """The table of the same stack, as a terminal shows it; SVG."""
    kind = parse_type("browser", "image/browser", TYPE, "0" * 64)
    spec = parse("dev", CONFIG | {"instances": INSTANCES}, [kind])
    found = {each["Id"]: each for each in inspected(spec)}
    memory = {id_: Memory(used=300 * MIB, limit=1024 * MIB) for id_ in found if "mcp-" in id_}
    terminal = Console(record=True, width=COLUMNS, file=io.StringIO())
    terminal.print(render(describe(spec, found, memory), []))
    # Its fonts would be fetched from elsewhere.
    return re.sub(
        r"@font-face \{.*?\}\s*", "", terminal.export_svg(title="mcpier status"), flags=re.S
    )


def inspected(spec: StackSpec) -> list[dict[str, Any]]:
    """The containers of the stack, as the engine tells of them."""
    found = [
        _inspected(host_name("dev", part), labels("dev", part), "healthy")
        for part in platform_parts(spec)
    ]
    health = {"checkout": "unhealthy", "docs": "healthy", "research": "starting"}
    return found + [
        _inspected(
            host_name("dev", f"mcp-{id_}"), dict(instance_labels("dev", id_, "browser")), each
        )
        for id_, each in health.items()
    ]


def _inspected(name: str, marks: dict[str, str], health: str) -> dict[str, Any]:
    started = datetime.now(UTC) - timedelta(hours=5)
    log = [{"Output": BROKEN}] if health == "unhealthy" else []
    return {
        "Id": name,
        "Name": f"/{name}",
        "Config": {"Labels": marks},
        "RestartCount": 0,
        "State": {
            "Status": "running",
            "StartedAt": started.isoformat(),
            "Health": {"Status": health, "Log": log},
        },
    }


if __name__ == "__main__":
    main()
