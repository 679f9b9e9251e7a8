"""A stack for its certificate: one instance that echoes, a web app, and clients that watch."""

import shutil
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.authority import Authority, pem, present_authority
from tests.e2e.deployment import BASES, PROJECT, Deployment, docker
from tests.e2e.nginx import PORT
from tests.e2e.watching import EventStream, Handshakes, served_serial
from tests.places import place
from tests.waiting import until

STACK = "e2e-tls"
DOMAIN = "tls.mcpier.localhost"
PLACE = place(STACK)
HTTPS_PORT = PLACE.https_port
HOST = f"mcp-echo.{DOMAIN}"
APP = f"app.{DOMAIN}"
TRAEFIK = f"mcpier-{STACK}-traefik"
SELF_SIGNED = {"mode": "self-signed", "generation": 1}


def config(tls: dict[str, Any]) -> dict[str, Any]:
    """The stack's file."""
    return {
        "mcpier:domain": DOMAIN,
        "mcpier:edge": PLACE.edge,
        "mcpier:tls": tls,
        "mcpier:webapp": {"url": f"http://127.0.0.1:{PORT}"},
        "mcpier:bases": BASES,
        "mcpier:instances": {"echo": {"type": "echo", "tokens": ["alice"]}},
    }


@dataclass
class TlsStack:
    """The stack, and what its clients trust: its first CA and the tests' authority."""

    deployment: Deployment
    folder: Path
    authority: Authority = field(default_factory=present_authority)
    ca: str = ""
    token: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path) -> "TlsStack":
        """A checkout that knows the type `echo`; nothing of it is up."""
        made = Deployment.make(folder, STACK, config(SELF_SIGNED))
        echo = PROJECT / "tests" / "attack" / "echo"
        shutil.copytree(echo, made.directory / "image" / "echo")
        return cls(made, folder)

    def begin(self) -> None:
        """Brings it up, self-signed."""
        self.switch(SELF_SIGNED)
        outputs = self.deployment.outputs()
        self.ca = outputs["ca"]
        self.token = outputs["clients"]["echo"]["alice"]["headers"]

    def switch(self, tls: dict[str, Any]) -> str:
        """Deploys with another way to the certificate; what the deploy says."""
        self.write(tls)
        done = self.deployment.make_target("up", timeout=900)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def write(self, tls: dict[str, Any]) -> None:
        """Writes the stack's file, and deploys nothing."""
        self.deployment.write(config(tls))

    @property
    def trust(self) -> ssl.SSLContext:
        """What a client has imported."""
        return ssl.create_default_context(cadata=self.ca + pem(self.authority.root))

    def serial(self) -> int:
        """The serial number of the certificate that is served."""
        return served_serial(HOST, HTTPS_PORT, self.trust)

    @contextmanager
    def unharmed(self) -> Iterator[Handshakes]:
        """Whatever happens in the block: no handshake fails, no stream breaks, Traefik lives on."""
        shaking = Handshakes(HOST, HTTPS_PORT, self.trust)
        stream = EventStream(f"https://{HOST}:{HTTPS_PORT}/stream", self.token, self.trust)
        before = started(TRAEFIK)
        with shaking.running(), stream.running():
            until(lambda: shaking.seen and stream.moments, 20, "the clients have not begun")
            yield shaking
        assert shaking.failures == [], shaking.failures[0]
        assert stream.broken == "", stream.broken
        assert stream.longest_gap < 3
        assert started(TRAEFIK) == before

    def expects_no_changes(self) -> None:
        """A preview that refreshes finds nothing to do."""
        quiet = ("preview", "--refresh", "--expect-no-changes", "--stack", STACK)
        preview = self.deployment.pulumi(*quiet)
        assert preview.returncode == 0, preview.stdout


def started(container: str) -> str:
    """A container's id and the moment at which it started."""
    return docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", container).strip()
