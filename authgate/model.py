"""An instance, or the portal beside the instances, as the registry describes it."""

from dataclasses import dataclass
from enum import StrEnum

# Safe in a header and in a cookie, where ":" parts a session's fields.
TOKEN_NAME = r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}"


class Grant(StrEnum):
    """What a token opens: MCP, the live view, the live view without input, or the portal."""

    MCP = "mcp"
    VIEW = "view"
    WATCH = "watch"
    OPERATOR = "operator"


# Those that become a session in a browser.
SESSION_GRANTS = frozenset({Grant.VIEW, Grant.WATCH, Grant.OPERATOR})


class State(StrEnum):
    """What the operator wants of an instance."""

    RUNNING = "running"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Token:
    """`digest` is the SHA-256 of the token; `expires` is in seconds since 1970, or None."""

    name: str
    digest: bytes
    grant: Grant
    expires: float | None


@dataclass(frozen=True, slots=True)
class Record:
    """One instance: who may use it, from which origins beside its own.

    Its VNC server takes input with `vnc_password`, and none with `vnc_watch_password`.
    """

    id: str
    type: str
    state: State
    tokens: tuple[Token, ...]
    origins: frozenset[bytes]
    vnc_password: str | None
    vnc_watch_password: str | None


# Stands in for an instance that does not exist, so that its refusal takes the same path.
NO_INSTANCE = Record(
    id="",
    type="",
    state=State.STOPPED,
    tokens=(Token(name="", digest=bytes(32), grant=Grant.MCP, expires=0.0),),
    origins=frozenset(),
    vnc_password=None,
    vnc_watch_password=None,
)
