"""Secrets of a stack: derived from one root that is drawn once, unless the config gives them.

Derivation needs no secrets provider and no state of its own: the same root, instance, name and
generation give the same value on every run and machine; another generation gives an unrelated one.
"""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Self

from components.core.given import AllGiven
from components.core.model import Token

# Secret scanners know a token by its prefix.
TOKEN_PREFIX = "mcpier_"


@dataclass(frozen=True, kw_only=True)
class Root:
    """32 random bytes, the second (UTC, Unix time) in which they were drawn, and what is given."""

    key: bytes = field(repr=False)
    drawn_at: int
    given: AllGiven = field(default_factory=AllGiven, repr=False)

    @classmethod
    def parse(cls, printed: str, given: AllGiven) -> Self:
        """Reads what the drawing command prints: base64 on one line, the time on the next."""
        key, drawn_at = printed.split()
        return cls(key=b64decode(key), drawn_at=int(drawn_at), given=given)

    def derive(self, *names: str) -> bytes:
        """32 bytes that only the root and these names give (HMAC-SHA256)."""
        return hmac.digest(self.key, "\0".join(names).encode(), hashlib.sha256)

    def given_digest(self, instance: str) -> str:
        """16 hex digits over what the config gives to an instance's container.

        They differ when it differs, and tell nothing about it to whoever has not the root.
        """
        given = self.given.of(instance)
        written = json.dumps([given.env, given.vnc_password], sort_keys=True)
        return self.derive("given", instance, written).hex()[:16]

    def token(self, instance: str, token: Token) -> str:
        """The value of a bearer token: the given one, or 256 bits."""
        if (given := self.given.of(instance).tokens.get(token.name)) is not None:
            return given
        secret = self.derive("token", instance, token.name, str(token.generation))
        return TOKEN_PREFIX + unpadded(secret)

    def view_token(self, instance: str, generation: int = 1) -> str:
        """The value of the token that opens an instance's live view."""
        return self._token_of_view("view", instance, generation)

    def watch_token(self, instance: str, generation: int = 1) -> str:
        """The value of the token that opens an instance's live view without input."""
        return self._token_of_view("watch", instance, generation)

    def _token_of_view(self, name: str, instance: str, generation: int) -> str:
        # The first is what it was before there were others.
        others = [str(generation)] if generation > 1 else []
        return TOKEN_PREFIX + unpadded(self.derive(name, instance, *others))

    def operator_token(self, token: Token) -> str:
        """The value of a token that opens the portal."""
        secret = self.derive("operator", token.name, str(token.generation))
        return TOKEN_PREFIX + unpadded(secret)

    def vnc_password(self, instance: str) -> str:
        """An instance's VNC password; the protocol knows 8 characters and no more."""
        if (given := self.given.of(instance).vnc_password) is not None:
            return given
        return urlsafe_b64encode(self.derive("vnc", instance)).decode()[:8]

    def vnc_watch_password(self, instance: str) -> str:
        """The VNC password with which an instance takes no input."""
        return urlsafe_b64encode(self.derive("vnc-watch", instance)).decode()[:8]

    def password(self, instance: str, name: str) -> str:
        """A password between an instance's containers: 256 bits, the same for the same name."""
        return unpadded(self.derive("password", instance, name))

    def session_key(self) -> str:
        """The key that signs sessions of live views and the portal: 32 bytes in base64."""
        return b64encode(self.derive("session")).decode()

    def ticket_key(self, instance: str) -> str:
        """The key that signs one-time links to an instance's live view: 32 bytes in base64.

        Or to the portal, whose record's id is `registry.PORTAL`. It follows from the session key as
        authgate derives it (authgate/tickets.py).
        """
        names = f"authgate ticket key 1\n{instance}".encode()
        return b64encode(hmac.digest(self.derive("session"), names, hashlib.sha256)).decode()


def unpadded(value: bytes) -> str:
    """Base64 that may stand in a URL, without the padding."""
    return urlsafe_b64encode(value).decode().rstrip("=")


def token_digest(value: str) -> str:
    """What the registry keeps of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(value.encode()).hexdigest()
