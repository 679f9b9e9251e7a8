"""Headless Chromium, out of the Playwright image, that looks at the portal."""

import json
import subprocess
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.image.playwright_image import OWNED
from tests.portal.stage import PORT, Stage
from toolchain.steps import cache_dir

HERE = Path(__file__).parent
SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Look:
    """A page in a window; `whole` takes the screenshot of all of it, `tabs` presses the Tab key."""

    path: str = "/"
    width: int = 1280
    height: int = 800
    scheme: str = "light"
    script: bool = True
    whole: bool = False
    tabs: int = 0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a look has found: `complaints` are the browser's own, `image` is a PNG.

    `pictures` are those of the page: what stands in their place, and how wide they are.
    """

    shown: str
    complaints: Sequence[str]
    image: bytes
    violations: Sequence[str] = ()
    pictures: Sequence[object] = ()
    overflows: bool = False
    tabbed: Sequence[str] = ()


def look(portal: Stage, image: str, looks: Sequence[Look]) -> list[Seen]:
    """Looks at the portal, with Chromium out of a Playwright image."""
    command = [
        *("docker", "run", "--rm", "-i", "--network", "host", "--tmpfs", "/tmp"),
        *("--label", OWNED, "--env", "NODE_PATH=/opt/mcpier/node_modules"),
        *("--entrypoint", "node", image, "-e", (HERE / "browser.cjs").read_text()),
    ]
    url = f"http://{portal.address}:{PORT}"
    asked = {"url": url, "axe": axe(), "looks": [asdict(each) for each in looks]}
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return [Seen(**each | {"image": b64decode(each["image"])}) for each in found]


@cache
def axe() -> str:
    """The source of axe-core, as `axe/package-lock.json` names it."""
    lock = (HERE / "axe" / "package-lock.json").read_bytes()
    folder = cache_dir() / "tests" / "axe"
    if not (folder / "package-lock.json").exists() or (
        (folder / "package-lock.json").read_bytes() != lock
    ):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            (folder / name).write_bytes((HERE / "axe" / name).read_bytes())
        install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
