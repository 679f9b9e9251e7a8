"""What each MCP client takes to reach an instance, in that client's own format.

What is printed holds the token and goes into a file or a pipe: it stands in nobody's arguments.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Template
from typing import Any

from components.core.client_programs import PYTHON, TYPESCRIPT

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "curl", "version": "1"},
    },
}
CURL_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
}


class Client(StrEnum):
    """The clients by the names that `connect --client` takes."""

    CLAUDE_CODE = "claude-code"
    CLAUDE_DESKTOP = "claude-desktop"
    CURSOR = "cursor"
    VSCODE = "vscode"
    CODEX = "codex"
    INSPECTOR = "inspector"
    PYTHON = "python"
    TYPESCRIPT = "typescript"
    CURL = "curl"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An instance as a client reaches it."""

    instance: str
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Setup:
    """`text` is what the client takes, `place` where it goes, `trust` how it is told of a CA."""

    text: str
    place: str
    trust: str


def setup(client: Client, entry: Entry) -> Setup:
    """What a client takes to reach an instance."""
    return _SETUPS[client](entry)


def _claude_code(entry: Entry) -> Setup:
    # https://code.claude.com/docs/en/mcp. `claude mcp add` and `add-json` would take the token as
    # an argument.
    return Setup(
        text=_servers(entry, {"type": "http"}),
        place=".mcp.json of a project, kept out of git",
        trust="start it with NODE_EXTRA_CA_CERTS=/path/to/ca.pem",
    )


def _claude_desktop(entry: Entry) -> Setup:
    # Its file knows programs only. https://github.com/geelen/mcp-remote: it fills in ${…} itself,
    # so that arguments hold no token; without a space, which npx on Windows would take apart.
    variables = {name.upper().replace("-", "_"): value for name, value in entry.headers.items()}
    named = zip(entry.headers, variables, strict=True)
    headers = [word for name, key in named for word in ("--header", f"{name}:${{{key}}}")]
    arguments = ["-y", "mcp-remote", entry.url, "--transport", "http-only", *headers]
    server = {"command": "npx", "args": arguments, "env": variables}
    return Setup(
        text=_json({"mcpServers": {entry.instance: server}}),
        place="claude_desktop_config.json: Settings, Developer, Edit Config",
        trust='add "NODE_EXTRA_CA_CERTS": "/path/to/ca.pem" under env',
    )


def _cursor(entry: Entry) -> Setup:
    # https://cursor.com/docs/mcp
    return Setup(
        text=_servers(entry, {}),
        place="~/.cursor/mcp.json, or .cursor/mcp.json of a project, kept out of git",
        trust="start it with NODE_EXTRA_CA_CERTS=/path/to/ca.pem",
    )


def _vscode(entry: Entry) -> Setup:
    # https://code.visualstudio.com/docs/copilot/reference/mcp-configuration
    server = {"type": "http", "url": entry.url, "headers": dict(entry.headers)}
    return Setup(
        text=_json({"servers": {entry.instance: server}}),
        place=".vscode/mcp.json of a project, kept out of git, or the one of your profile",
        trust="import the CA into the system's certificates",
    )


def _codex(entry: Entry) -> Setup:
    # https://developers.openai.com/codex/mcp; strings and keys of JSON are ones of TOML.
    headers = ", ".join(f"{_json(name)} = {_json(value)}" for name, value in entry.headers.items())
    lines = [
        f"[mcp_servers.{entry.instance}]",
        f"url = {_json(entry.url)}",
        f"http_headers = {{ {headers} }}",
    ]
    return Setup(
        text="\n".join(lines),
        place="~/.codex/config.toml, at its end",
        trust="start it with CODEX_CA_CERTIFICATE=/path/to/ca.pem",
    )


def _inspector(entry: Entry) -> Setup:
    # docs/mcp-server-configuration.md of https://github.com/modelcontextprotocol/inspector.
    # `--header` would take the token as an argument.
    command = f"npx @modelcontextprotocol/inspector --config FILE --server {entry.instance}"
    return Setup(
        text=_servers(entry, {"type": "http"}),
        place=f"a file for: {command}",
        trust="start it with NODE_EXTRA_CA_CERTS=/path/to/ca.pem",
    )


def _python(entry: Entry) -> Setup:
    return _program(entry, PYTHON, "python demo.py", "SSL_CERT_FILE=/path/to/ca.pem")


def _typescript(entry: Entry) -> Setup:
    return _program(entry, TYPESCRIPT, "node demo.mjs", "NODE_EXTRA_CA_CERTS=/path/to/ca.pem")


def _program(entry: Entry, program: Template, command: str, trust: str) -> Setup:
    return Setup(
        text=program.substitute(instance=entry.instance).rstrip(),
        place=f"a file for: mcpier connect {entry.instance} --json | {command}",
        trust=f"start it with {trust}",
    )


def _curl(entry: Entry) -> Setup:
    # https://curl.se/docs/manpage.html#-K: its quoting is JSON's, for what stands here.
    headers = {**entry.headers, **CURL_HEADERS}
    lines = [
        f"url = {_json(entry.url)}",
        *(f"header = {_json(f'{name}: {value}')}" for name, value in headers.items()),
        f"data = {_json(json.dumps(INITIALIZE))}",
        "no-buffer",
        "show-error",
        "silent",
    ]
    return Setup(
        text="\n".join(lines),
        place=f"mcpier connect {entry.instance} --client curl | curl --config -",
        trust="add --cacert /path/to/ca.pem",
    )


def _servers(entry: Entry, kind: Mapping[str, Any]) -> str:
    server = {**kind, "url": entry.url, "headers": dict(entry.headers)}
    return _json({"mcpServers": {entry.instance: server}})


def _json(value: object) -> str:
    return json.dumps(value, indent=2) if isinstance(value, dict) else json.dumps(value)


_SETUPS: dict[Client, Callable[[Entry], Setup]] = {
    Client.CLAUDE_CODE: _claude_code,
    Client.CLAUDE_DESKTOP: _claude_desktop,
    Client.CURSOR: _cursor,
    Client.VSCODE: _vscode,
    Client.CODEX: _codex,
    Client.INSPECTOR: _inspector,
    Client.PYTHON: _python,
    Client.TYPESCRIPT: _typescript,
    Client.CURL: _curl,
}
