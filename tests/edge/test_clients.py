"""Real clients, each started with what `mcpier connect --client` prints for it."""

import json
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.e2e.deployment import Deployment, docker
from tests.edge.node import FOLDER, Packages
from tests.edge.stack import CONTAINER, HOST, INSTANCE, STACK, Reach

CLIENTS = Path(__file__).parent / "clients"
CA = {"NODE_EXTRA_CA_CERTS": f"{FOLDER}/ca.pem"}
A_TOOL = "test_simple_text"


@pytest.fixture(scope="session")
def clients(reach: Reach, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The clients that npm has, in a folder with the stack's CA."""
    installed = Packages.install(CLIENTS, tmp_path_factory.mktemp("clients"))
    (installed.folder / "ca.pem").write_bytes(reach.ca_file.read_bytes())
    return installed


def connect(deployment: Deployment, *options: str) -> dict[str, Any]:
    """What `mcpier connect` prints for programs."""
    command = (".venv/bin/mcpier", "connect", INSTANCE, "--stack", STACK, "--json", *options)
    done = deployment.run(*command)
    assert done.returncode == 0, done.stdout
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def text_for(deployment: Deployment, client: str) -> str:
    """What a client takes."""
    return str(connect(deployment, "--client", client)["text"])


def test_the_inspector_lists_the_tools(deployment: Deployment, clients: Packages) -> None:
    (clients.folder / "inspector.json").write_text(text_for(deployment, "inspector"))
    done = clients.run(
        *("node_modules/.bin/mcp-inspector", "--cli", "--config", "inspector.json"),
        *("--server", INSTANCE, "--method", "tools/list"),
        environ={**CA, "HOME": f"{FOLDER}/inspector-home"},
        hosts=[HOST],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert A_TOOL in {tool["name"] for tool in json.loads(done.stdout)["tools"]}


def test_claude_code_connects(deployment: Deployment, clients: Packages) -> None:
    (clients.folder / ".mcp.json").write_text(text_for(deployment, "claude-code"))
    home = clients.folder / "claude-home" / ".claude"
    home.mkdir(parents=True)
    # Claude Code asks before it uses a project's file for the first time.
    (home / "settings.json").write_text(json.dumps({"enableAllProjectMcpServers": True}))
    # Its install script, which is not run, would put this machine's program in its own place.
    (program,) = clients.modules.glob("@anthropic-ai/claude-code-*/claude")
    done = clients.run(
        *(f"{FOLDER}/node_modules/{program.relative_to(clients.modules)}", "mcp", "get", INSTANCE),
        environ={**CA, "HOME": f"{FOLDER}/claude-home"},
        hosts=[HOST],
    )
    assert "Connected" in done.stdout, done.stdout + done.stderr


def test_codex_knows_the_server_and_its_header(deployment: Deployment, clients: Packages) -> None:
    home = clients.folder / "codex-home"
    home.mkdir()
    printed = text_for(deployment, "codex")
    (home / "config.toml").write_text(printed)
    done = clients.run(
        *("node_modules/.bin/codex", "mcp", "get", INSTANCE, "--json"),
        environ={"CODEX_HOME": f"{FOLDER}/codex-home"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    expected = tomllib.loads(printed)["mcp_servers"][INSTANCE]
    transport = json.loads(done.stdout)["transport"]
    assert {key: transport[key] for key in expected} == expected


def test_the_bridge_of_claude_desktop_lists_the_tools(
    deployment: Deployment, clients: Packages
) -> None:
    server = json.loads(text_for(deployment, "claude-desktop"))["mcpServers"][INSTANCE]
    variables = {**server["env"], **CA, "HOME": f"{FOLDER}/bridge-home"}
    command = clients.command(
        server["command"], *server["args"], variables=list(variables), hosts=[HOST]
    )
    started = StdioServerParameters(command=command[0], args=command[1:], env=variables)

    async def session() -> list[str]:
        async with Client(stdio_client(started)) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    with anyio.from_thread.start_blocking_portal() as portal:
        assert A_TOOL in portal.call(session)


def test_the_typescript_program_lists_the_tools(deployment: Deployment, clients: Packages) -> None:
    (clients.folder / "demo.mjs").write_text(text_for(deployment, "typescript"))
    asked = json.dumps(connect(deployment))
    done = clients.run("node", "demo.mjs", environ=CA, hosts=[HOST], stdin=asked)
    assert A_TOOL in done.stdout.split(), done.stderr


def test_the_python_program_lists_the_tools(
    deployment: Deployment, reach: Reach, tmp_path: Path
) -> None:
    (tmp_path / "demo.py").write_text(text_for(deployment, "python"))
    shutil.copy2(reach.ca_file, tmp_path / "ca.pem")
    # The instance's own image has the SDK; its name is to be resolved, which needs a container.
    image = docker("inspect", "--format", "{{.Image}}", CONTAINER).strip()
    command = [
        *("docker", "run", "--rm", "--interactive", "--network", "host", "--workdir", FOLDER),
        *("--mount", f"type=bind,source={tmp_path},target={FOLDER},readonly"),
        *("--user", "0", "--add-host", f"{HOST}:127.0.0.1"),
        *("--env", f"SSL_CERT_FILE={FOLDER}/ca.pem", image, "python3", "demo.py"),
    ]
    asked = json.dumps(connect(deployment))
    done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=60)
    assert A_TOOL in done.stdout.split(), done.stderr


def test_curl_initializes(deployment: Deployment, reach: Reach) -> None:
    command = ["curl", "--cacert", str(reach.ca_file), "--config", "-"]
    done = subprocess.run(
        command, input=text_for(deployment, "curl"), capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert '"protocolVersion":"2025-11-25"' in done.stdout
