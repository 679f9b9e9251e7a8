"""Reads the endpoints of a `type.yaml`."""

import re

from components.core.instance_type import Auth, Endpoint, Scheme
from components.core.section import Section

NAME = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
# One word, so that no endpoint's name and instance's id join to another's host.
OPEN_NAME = r"[a-z0-9]{1,20}"
VIEW = "vnc"
# What may be asked for at the hosts that the gate knows; whatever else is served asks nobody.
GATED = {"mcp": (Auth.BEARER, Auth.NONE), VIEW: (Auth.VIEW,)}
# `app-<id>` could be taken for the operator's web app.
TAKEN = ("app",)


def parse_endpoints(root: Section) -> tuple[Endpoint, ...]:
    """The endpoints, sorted by name; there must be one for MCP."""
    endpoints = tuple(_endpoint(name, section) for name, section in root.sections("endpoints"))
    if "mcp" not in (endpoint.name for endpoint in endpoints):
        root.problem("endpoints", "an endpoint mcp", "Say at which port and path MCP is served.")
    return endpoints


def _endpoint(name: str, section: Section) -> Endpoint:
    if name in TAKEN or not re.fullmatch(OPEN_NAME, name):
        expected = "a word of at most 20 lower-case letters and digits, other than app"
        section.reject(expected, name, "Rename it: it is served at <name>-<id>.<domain>.")
    endpoint = Endpoint(
        name=name,
        port=section.integer(
            "port", least=1, most=65535, remedy="Name the port it listens on.", default=8080
        ),
        path=section.text("path", pattern="/.*", expected="a path", remedy="Start it with /."),
        scheme=Scheme(
            section.text(
                "scheme",
                pattern="|".join(Scheme),
                expected="http or https",
                remedy="Say what it speaks.",
                default=Scheme.HTTP.value,
            )
        ),
        auth=_auth(name, section),
        folders={key: _folder(key, below) for key, below in section.sections("folders")},
        thumbnail=_thumbnail(name, section),
    )
    section.close()
    return endpoint


def _auth(name: str, section: Section) -> Auth:
    if name not in GATED:
        # Written out, so that nobody opens one by leaving a line away.
        remedy = "The gate guards mcp and vnc alone. Write auth: none if everybody may come in."
        section.text("auth", pattern=Auth.NONE, expected="none", remedy=remedy)
        return Auth.NONE
    allowed = GATED[name]
    written = section.text(
        "auth",
        pattern="|".join(allowed),
        expected=" or ".join(allowed),
        remedy=f"Write auth: {allowed[0]}.",
        default=allowed[0].value,
    )
    return Auth(written)


def _thumbnail(name: str, section: Section) -> str | None:
    # Whoever may look at the portal sees it: no endpoint's own tokens or sessions are asked for.
    if name != VIEW or not section.has("thumbnail"):
        return None
    remedy = "Say at which path the picture is served."
    return section.text("thumbnail", pattern="/.*", expected="a path", remedy=remedy)


def _folder(name: str, section: Section) -> int:
    if not re.fullmatch(NAME, name):
        expected = "a name of lower-case letters, digits and inner hyphens"
        section.reject(expected, name, "Rename it: it is served at /<name>/.")
    port = section.integer(
        "port", least=1, most=65535, remedy="Name the port that serves it.", default=8081
    )
    section.close()
    return port
