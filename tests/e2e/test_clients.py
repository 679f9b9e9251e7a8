"""Real MCP clients, through Traefik, TLS and authgate, to a real browser."""

import json
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.e2e.deployment import DOMAIN, HTTPS_PORT, PLACE, Deployment

TYPESCRIPT = Path(__file__).parent / "typescript"


@asynccontextmanager
async def python_client(connection: dict[str, Any], ca_file: Path) -> AsyncIterator[Client]:
    """The official Python SDK, connected as `mcpier connect` tells it to."""
    trust = ssl.create_default_context(cafile=str(ca_file))
    http = httpx2.AsyncClient(headers=connection["headers"], verify=trust, timeout=30)
    async with http, Client(streamable_http_client(connection["url"], http_client=http)) as client:
        yield client


def connection(deployment: Deployment, *options: str) -> dict[str, Any]:
    """What `mcpier connect` prints for the instance."""
    shown = deployment.run(
        ".venv/bin/mcpier", "connect", "demo", "--json", "--stack", "e2e", *options
    )
    assert shown.returncode == 0, shown.stdout
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def test_the_python_sdk_opens_a_page_and_reads_its_text(
    deployment: Deployment, ca_file: Path, page_url: str
) -> None:
    async def session() -> tuple[list[str], str]:
        async with python_client(connection(deployment), ca_file) as client:
            tools = await client.list_tools()
            opened = await client.call_tool("browser_navigate", {"url": page_url})
            shown = await client.call_tool("browser_snapshot", {})
            assert not opened.is_error, opened
            return [tool.name for tool in tools.tools], str(shown.content)

    names, text = anyio.run(session)
    assert {"browser_navigate", "browser_click", "browser_snapshot"} <= set(names)
    assert "Seen through the edge" in text


def test_a_screenshot_is_fetched_with_the_token_that_took_it_and_without_none(
    deployment: Deployment, ca_file: Path, page_url: str, browse: Any
) -> None:
    known = connection(deployment)

    async def session() -> None:
        async with python_client(known, ca_file) as client:
            await client.call_tool("browser_navigate", {"url": page_url})
            shot = await client.call_tool("browser_take_screenshot", {"filename": "edge.png"})
            assert not shot.is_error, shot

    anyio.run(session)
    assert browse("mcp-demo", "/files/edge.png").status_code == 401
    assert browse("mcp-other", "/files/edge.png", **known["headers"]).status_code == 401
    listed = browse("mcp-demo", "/files/", **known["headers"]).json()
    assert "edge.png" in {item["name"] for item in listed}
    fetched = browse("mcp-demo", "/files/edge.png", **known["headers"])
    assert fetched.content.startswith(b"\x89PNG")
    assert fetched.headers["Content-Disposition"] == "attachment"
    assert browse("mcp-demo", "/files/..%2f..%2fetc/passwd", **known["headers"]).status_code >= 400


def test_the_typescript_sdk_opens_a_page_and_reads_its_text(
    deployment: Deployment, ca_file: Path, page_url: str, typescript: Path
) -> None:
    asked = connection(deployment, "--token", "ci") | {"page": page_url}
    answer = subprocess.run(
        ["node", str(typescript / "client.mjs")],
        input=json.dumps(asked),
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "NODE_EXTRA_CA_CERTS": str(ca_file)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert "browser_navigate" in found["tools"]
    assert "Seen through the edge" in found["text"]


@pytest.fixture(scope="session")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The TypeScript client with its packages installed."""
    folder = tmp_path_factory.mktemp("typescript")
    for file in TYPESCRIPT.iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


def bearer(outputs: dict[str, Any], instance: str, token: str) -> str:
    """The Authorization header of a token."""
    return str(outputs["clients"][instance][token]["headers"]["Authorization"])


def test_without_a_token_the_gate_challenges(browse: Any) -> None:
    answer = browse("mcp-demo")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="mcp-demo"'


def test_wrong_foreign_and_unknown_get_the_same_refusal(
    browse: Any, outputs: dict[str, Any]
) -> None:
    foreign = bearer(outputs, "other", "bob")
    answers = [
        browse("mcp-demo", Authorization="Bearer nonsense"),
        browse("mcp-demo", Authorization=foreign),
        browse("mcp-other", Authorization="Bearer nonsense"),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert len({answer.content for answer in answers}) == 1
    unknown = browse("mcp-nobody", Authorization=foreign)
    assert (unknown.status_code, unknown.content) == (401, answers[0].content)
    assert unknown.headers["www-authenticate"] == (
        'Bearer realm="mcp-nobody", error="invalid_token"'
    )


def test_a_stopped_instance_answers_its_own_token_with_its_state(
    browse: Any, outputs: dict[str, Any]
) -> None:
    answer = browse("mcp-other", Authorization=bearer(outputs, "other", "bob"))
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["state"] == "stopped"


@pytest.mark.usefixtures("deployment", "resolved_names")
def test_plain_http_is_redirected_to_https() -> None:
    with httpx2.Client(timeout=10) as http:
        answer = http.get(f"http://mcp-demo.{DOMAIN}:{PLACE.http_port}/mcp")
    assert answer.status_code in (301, 308)
    assert answer.headers["location"] == f"https://mcp-demo.{DOMAIN}:{HTTPS_PORT}/mcp"


def test_the_ca_that_mcpier_prints_is_the_one_that_clients_trust(
    deployment: Deployment, ca_file: Path
) -> None:
    printed = deployment.run(".venv/bin/mcpier", "ca", "--stack", "e2e")
    assert (printed.returncode, printed.stdout) == (0, ca_file.read_text())
