"""A real ACME server, and the DNS that it looks into: Pebble with its challenge test server."""

import base64
import json
import os
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.authority import Authority, pem
from tests.e2e.served import process, serving
from toolchain.builds import Tool, Workshop, build

DIRECTORY_PORT, MANAGEMENT_PORT, DNS_PORT, DNS_MANAGEMENT_PORT = 23500, 23501, 23553, 23555
PROVIDER_PORT = 23556
DIRECTORY = f"https://localhost:{DIRECTORY_PORT}/dir"
PROVIDER = f"http://127.0.0.1:{PROVIDER_PORT}"
USER = "mcpier"
MODULE = "github.com/letsencrypt/pebble/v2/cmd"


def _build(workshop: Workshop) -> None:
    for name in ("pebble", "pebble-challtestsrv"):
        workshop.go_build(f"{MODULE}/{name}", workshop.target / name)


PEBBLE = Tool(program="pebble", folder="pebble", plugin=None, steps=_build)


@contextmanager
def acme_server(folder: Path, authority: Authority, password: str) -> Iterator[None]:
    """Runs it at `DIRECTORY`, over HTTPS that the authority vouches for.

    Its DNS has a provider at `PROVIDER` (lego's `httpreq`), which asks for `USER` and a password.
    """
    chain, key = authority.pair("localhost")
    (folder / "server.crt").write_text(chain)
    (folder / "server.key").write_text(key)
    config = {
        "pebble": {
            "listenAddress": f"127.0.0.1:{DIRECTORY_PORT}",
            "managementListenAddress": f"127.0.0.1:{MANAGEMENT_PORT}",
            "certificate": str(folder / "server.crt"),
            "privateKey": str(folder / "server.key"),
        }
    }
    (folder / "pebble.json").write_text(json.dumps(config))
    pebble = build(PEBBLE, print)
    none = [flag for kind in ("doh", "http01", "https01", "tlsalpn01") for flag in (f"-{kind}", "")]
    dns = [
        str(pebble.with_name("pebble-challtestsrv")),
        *none,
        "-dnsserver",
        f"127.0.0.1:{DNS_PORT}",
        "-management",
        f"127.0.0.1:{DNS_MANAGEMENT_PORT}",
    ]
    acme = [str(pebble), "-config", str(folder / "pebble.json")]
    acme += ["-dnsserver", f"127.0.0.1:{DNS_PORT}"]
    # Otherwise it waits before it looks, and refuses good requests to try its clients.
    eager = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
    with (
        process(dns, DNS_MANAGEMENT_PORT, folder / "dns.log"),
        process(acme, DIRECTORY_PORT, folder / "pebble.log", eager),
        serving(_provider(password), PROVIDER_PORT),
    ):
        yield


def acme_root(authority: Authority) -> str:
    """The certificate of the server's CA, of which it makes a new one with each start."""
    trust = ssl.create_default_context(cadata=pem(authority.root))
    url = f"https://localhost:{MANAGEMENT_PORT}/roots/0"
    with urllib.request.urlopen(url, timeout=5, context=trust) as answer:
        found: str = answer.read().decode()
    return found


def _provider(password: str) -> type[BaseHTTPRequestHandler]:
    expected = "Basic " + base64.b64encode(f"{USER}:{password}".encode()).decode()

    class Provider(BaseHTTPRequestHandler):
        """Sets and clears TXT records for whoever knows the password."""

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] != expected:
                self.send_error(401)
                return
            record = {"host": asked["fqdn"], "value": asked["value"]}
            action = {"/present": "set-txt", "/cleanup": "clear-txt"}[self.path]
            url = f"http://127.0.0.1:{DNS_MANAGEMENT_PORT}/{action}"
            urllib.request.urlopen(url, json.dumps(record).encode(), timeout=5).close()
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    return Provider
