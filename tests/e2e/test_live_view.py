"""The live view: what a person sees is what the MCP client opened."""

import base64
import hashlib
import io
import json
import ssl
import subprocess
from pathlib import Path
from typing import Any

import anyio
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image, ImageChops, ImageStat

from tests.e2e.deployment import DOMAIN, HTTPS_PORT, STACK, Deployment, docker
from tests.e2e.test_clients import connection, python_client

SIGNED_IN = Path(__file__).parent / "signed_in.cjs"
SCRIPT = Path(__file__).parent / "live_view.cjs"
FRAMES = Path(__file__).parent / "watch_frames.cjs"
WATCH_SECONDS = 1800
# Twice a second the page has another colour.
ANIMATION = """() => { let turn = 0; setInterval(() => {
  turn += 40; document.body.style.background = `rgb(${turn % 256}, ${(turn * 3) % 256}, 0)`;
}, 500); }"""
COLOUR = (0, 0xAA, 0x77)


def test_the_live_view_shows_the_page_that_the_client_opened(
    deployment: Deployment, outputs: dict[str, Any], ca_file: Path, page_url: str
) -> None:
    async def open_page() -> bytes:
        async with python_client(connection(deployment), ca_file) as client:
            await client.call_tool("browser_navigate", {"url": page_url})
            shot = await client.call_tool("browser_take_screenshot", {"type": "png"})
            images = [part for part in shot.content if part.type == "image"]
            return base64.b64decode(images[0].data)

    taken = Image.open(io.BytesIO(anyio.run(open_page))).convert("RGB")
    seen = watch(outputs["viewers"]["demo"]).convert("RGB")
    page = seen.crop(coloured_box(seen)).resize(taken.size)
    difference = ImageStat.Stat(ImageChops.difference(page, taken)).mean
    assert max(difference) < 12, difference


def watch(viewer: dict[str, str]) -> Image.Image:
    """What headless Chromium sees at the live view, after signing in."""
    shown = browse_view(SCRIPT, viewer | {"colour": COLOUR}, timeout=180)
    assert shown["address"] == f"https://vnc-demo.{DOMAIN}:{HTTPS_PORT}/vnc.html"
    return Image.open(io.BytesIO(base64.b64decode(shown["image"])))


def browse_view(script: Path, asked: dict[str, Any], timeout: float) -> dict[str, Any]:
    """What a script says that drives headless Chromium; it is told whom to trust."""
    image = docker("inspect", "--format", "{{.Image}}", f"mcpier-{STACK}-mcp-demo").strip()
    # On the host's own network a browser breaks off what it does whenever some stack comes or goes.
    # An engine that is new tells no gateway of its default network: it is asked to name the host.
    command = [
        *("docker", "run", "--rm", "-i", "--network", "bridge", "--tmpfs", "/tmp"),
        *("--add-host", "docker-host:host-gateway"),
        *("--label", f"mcpier.stack={STACK}", "--env", "NODE_PATH=/opt/mcpier/node_modules"),
        *("--entrypoint", "node", image, "-e", SIGNED_IN.read_text() + script.read_text()),
    ]
    told = json.dumps(asked | {"pin": certificate_pin()})
    done = subprocess.run(command, input=told, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


@pytest.mark.soak
def test_the_live_view_brings_new_pictures_for_half_an_hour(
    deployment: Deployment, outputs: dict[str, Any], ca_file: Path, page_url: str
) -> None:
    async def animate() -> None:
        async with python_client(connection(deployment), ca_file) as client:
            await client.call_tool("browser_navigate", {"url": page_url})
            begun = await client.call_tool("browser_evaluate", {"function": ANIMATION})
            assert not begun.is_error, begun

    anyio.run(animate)
    asked = outputs["viewers"]["demo"] | {"seconds": WATCH_SECONDS}
    seen = browse_view(FRAMES, asked, timeout=WATCH_SECONDS + 120)
    assert seen["statuses"] == []
    assert seen["seen"] > WATCH_SECONDS / 4
    # In milliseconds; others start a hundred browsers beside it.
    assert seen["longest"] < 15_000


def coloured_box(image: Image.Image) -> tuple[int, int, int, int]:
    """The part of a screenshot that the page fills, by its colour."""
    flat = Image.new("RGB", image.size, COLOUR)
    near = ImageChops.difference(image, flat).convert("L").point(lambda value: 255 * (value < 16))
    box = near.getbbox()
    assert box is not None
    return box


def certificate_pin() -> str:
    """The SHA-256 of the served certificate's key, as Chromium takes it."""
    pem = ssl.get_server_certificate((f"vnc-demo.{DOMAIN}", HTTPS_PORT))
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


@pytest.mark.parametrize("path", ["/vnc.html", "/websockify", "/core/rfb.js"])
def test_without_a_session_nothing_of_the_live_view_is_served(
    path: str, browse: Any, outputs: dict[str, Any]
) -> None:
    bearer = outputs["clients"]["demo"]["alice"]["headers"]["Authorization"]
    own = {"Origin": f"https://vnc-demo.{DOMAIN}:{HTTPS_PORT}"}
    assert browse("vnc-demo", path, **own).status_code == 401
    assert browse("vnc-demo", path, **own, Authorization=bearer).status_code == 401
