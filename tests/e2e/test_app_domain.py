"""`app.<domain>`: a real nginx on loopback behind the edge, and the check that it may ask."""

import base64
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.e2e.nginx import web_app
from tests.e2e.tls_stack import APP, HOST, HTTPS_PORT, PLACE, SELF_SIGNED, TlsStack

Ask = Callable[..., httpx2.Response]


@pytest.fixture(scope="module")
def ask(tls_stack: TlsStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Sends one request to the web app's host."""
    tls_stack.switch(SELF_SIGNED)
    folder: Path = tmp_path_factory.mktemp("nginx")
    with (
        web_app(folder, app=APP, https_port=HTTPS_PORT, ca=tls_stack.ca, instance="echo"),
        httpx2.Client(verify=tls_stack.trust, timeout=10) as http,
    ):
        yield lambda path="/", **headers: http.get(
            f"https://{APP}:{HTTPS_PORT}{path}",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )


def test_the_web_app_answers_under_its_own_host_name(ask: Ask) -> None:
    answer = ask()
    assert answer.status_code == 200
    assert answer.text == f"{APP}|127.0.0.1|{APP}:{HTTPS_PORT}||"


def test_nothing_that_a_client_claims_reaches_it(ask: Ask) -> None:
    claims = {
        "X_Forwarded_For": "203.0.113.9",
        "X_Forwarded_Host": "evil.test",
        "X_Mcpier_Client": "root",
    }
    assert ask(**claims).text == ask().text


def test_plain_http_leads_to_it_over_https(ask: Ask) -> None:
    answer = httpx2.get(f"http://{APP}:{PLACE.http_port}/a?b=c")
    assert answer.status_code in (301, 308)
    assert answer.headers["location"] == f"https://{APP}:{HTTPS_PORT}/a?b=c"


def test_its_websocket_passes(ask: Ask, tls_stack: TlsStack) -> None:
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET /socket HTTP/1.1\r\nHost: {APP}:{HTTPS_PORT}\r\nConnection: Upgrade\r\n"
        f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    with (
        socket.create_connection(("127.0.0.1", HTTPS_PORT), timeout=10) as plain,
        tls_stack.trust.wrap_socket(plain, server_hostname=APP) as secure,
        secure.makefile("rb") as answer,
    ):
        secure.sendall(request.encode())
        assert answer.readline().startswith(b"HTTP/1.1 101 ")
        while answer.readline() != b"\r\n":
            continue
        # A masked text frame; zeros mask nothing.
        secure.sendall(b"\x81\x85\0\0\0\0hello")
        assert answer.read(7) == b"\x81\x05hello"


def test_a_page_behind_the_check_is_for_clients_of_the_instance(
    ask: Ask, tls_stack: TlsStack
) -> None:
    answer = ask("/protected", **tls_stack.token)
    assert (answer.status_code, answer.text) == (200, "for clients of the instance")
    assert answer.headers["x-seen-client"] == "alice"
    refused = ask("/protected")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Bearer realm="mcp-echo"'
    assert ask("/protected", Authorization="Bearer wrong").status_code == 401


def test_the_check_answers_on_the_host_itself_and_believes_no_claim(
    ask: Ask, tls_stack: TlsStack
) -> None:
    path = "/auth/mcp-bearer-check"
    passed = ask(f"{path}/echo", **tls_stack.token)
    assert (passed.status_code, passed.headers["x-mcpier-client"]) == (204, "alice")
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"X_Mcpier_Client": "alice", "X_Forwarded_User": "alice"},
    ):
        assert ask(f"{path}/echo", **headers).status_code == 401
    claims = {"X_Forwarded_Host": HOST, "X_Forwarded_Uri": "/mcp", "X_MCP_Instance": "echo"}
    assert ask(f"{path}/other", **tls_stack.token, **claims).status_code == 401
    assert ask(path, **tls_stack.token, **claims).status_code == 404


def test_paths_beside_the_check_are_the_web_apps(ask: Ask, tls_stack: TlsStack) -> None:
    for path in ("/auth/mcp-bearer-checks", "/auth/", "/_mcpier/"):
        answer = ask(path, **tls_stack.token)
        assert "nginx" in answer.text
