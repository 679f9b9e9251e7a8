"""What `connect --client` prints: every client's own format, and a token in nobody's arguments."""

import ast
import json
import tomllib
from typing import Any

import pytest

from components.core.clients import Client, Entry, setup
from console.connect import client_setup
from tests.console.conftest import Programs

URL = "https://mcp-my-docs.a.example/mcp"
TOKEN = "mcpier_abc"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
ENTRY = Entry(instance="my-docs", url=URL, headers=HEADERS)
FILES = [
    (Client.CLAUDE_CODE, "mcpServers", {"type": "http", "url": URL, "headers": HEADERS}),
    (Client.CURSOR, "mcpServers", {"url": URL, "headers": HEADERS}),
    (Client.VSCODE, "servers", {"type": "http", "url": URL, "headers": HEADERS}),
    (Client.INSPECTOR, "mcpServers", {"type": "http", "url": URL, "headers": HEADERS}),
]


@pytest.mark.parametrize(("client", "key", "server"), FILES)
def test_a_client_with_a_json_file_gets_its_server_under_the_key_that_it_reads(
    client: Client, key: str, server: dict[str, Any]
) -> None:
    assert json.loads(setup(client, ENTRY).text) == {key: {"my-docs": server}}


def test_codex_gets_a_table_of_its_toml() -> None:
    found = tomllib.loads(setup(Client.CODEX, ENTRY).text)
    assert found == {"mcp_servers": {"my-docs": {"url": URL, "http_headers": HEADERS}}}


def test_claude_desktop_gets_a_bridge_whose_arguments_do_not_hold_the_token() -> None:
    server = json.loads(setup(Client.CLAUDE_DESKTOP, ENTRY).text)["mcpServers"]["my-docs"]
    assert server["command"] == "npx"
    assert server["args"][:3] == ["-y", "mcp-remote", URL]
    assert server["args"][-2:] == ["--header", "Authorization:${AUTHORIZATION}"]
    assert server["env"] == {"AUTHORIZATION": f"Bearer {TOKEN}"}


def test_curl_gets_a_file_of_its_options() -> None:
    lines = setup(Client.CURL, ENTRY).text.splitlines()
    assert f'url = "{URL}"' in lines
    assert f'header = "Authorization: Bearer {TOKEN}"' in lines
    data = next(line for line in lines if line.startswith("data = "))
    sent = json.loads(ast.literal_eval(data.removeprefix("data = ")))
    assert sent["method"] == "initialize"


@pytest.mark.parametrize("client", [Client.PYTHON, Client.TYPESCRIPT])
def test_a_program_holds_no_token_but_reads_it(client: Client) -> None:
    text = setup(client, ENTRY).text
    assert TOKEN not in text
    assert "mcpier connect my-docs --json" in text
    assert "stdin" in text


@pytest.mark.parametrize("client", Client)
def test_no_client_is_told_to_take_the_token_as_an_argument(client: Client) -> None:
    found = setup(client, ENTRY)
    assert TOKEN not in found.place
    assert found.place
    assert "ca.pem" in found.trust or client is Client.VSCODE


def deployed(programs: Programs, **outputs: object) -> None:
    clients = {"my-docs": {"alice": {"url": URL, "headers": HEADERS}}}
    programs.answer("pulumi stack output --json", {"clients": clients, **outputs})


def test_a_client_of_a_self_signed_stack_is_told_how_to_trust_it(programs: Programs) -> None:
    deployed(programs, ca="-----BEGIN CERTIFICATE-----\n")
    assert "NODE_EXTRA_CA_CERTS" in client_setup("dev", "my-docs", None, Client.CLAUDE_CODE).trust


def test_a_client_of_a_stack_that_is_publicly_trusted_is_told_of_no_ca(
    programs: Programs,
) -> None:
    deployed(programs)
    found = client_setup("dev", "my-docs", None, Client.CLAUDE_CODE)
    assert found.trust == ""
    assert URL in found.text
