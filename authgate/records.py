"""Reading one instance's record from JSON; all problems at once, never a secret in one."""

import difflib
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from authgate.hosts import INSTANCE_ID, PORTAL_ID
from authgate.model import TOKEN_NAME, Grant, Record, State, Token

_RECORD_KEYS = ("id", "type", "state", "tokens", "origins", "vncPassword")
_OPTIONAL_KEYS = ("vncWatchPassword",)
_TOKEN_KEYS = ("name", "sha256", "expires", "grant")
_ID = rf"{INSTANCE_ID}|{PORTAL_ID}"
_TYPE = r"[a-z0-9][a-z0-9_.-]*"
# As a browser serialises an origin (RFC 6454, section 6.2): lower case, no path.
_ORIGIN = r"[a-z][a-z0-9+.-]*://[a-z0-9._~:\[\]-]+"
_VNC_PASSWORD = r"[\x21-\x7e]{1,64}"

Choice = TypeVar("Choice", bound=StrEnum)


class RecordReader:
    """Collects `problems` while it reads; what it returns counts only if there are none."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def record(self, value: object, where: str) -> Record:
        """Reads a record; `where` is its path in the document."""
        fields = self.fields(value, where, _RECORD_KEYS, _OPTIONAL_KEYS)
        tokens = self.items(fields.get("tokens"), f"{where}.tokens")
        origins = self.items(fields.get("origins"), f"{where}.origins")
        record = Record(
            id=self.text(fields, "id", where, _ID, "lower-case letters, digits, hyphens"),
            type=self.text(fields, "type", where, _TYPE, "the instance type's name"),
            state=self._choice(fields, "state", where, State),
            tokens=tuple(self._token(t, f"{where}.tokens[{n}]") for n, t in enumerate(tokens)),
            origins=frozenset(
                self._match(o, f"{where}.origins[{n}]", _ORIGIN, "scheme://host[:port]").encode()
                for n, o in enumerate(origins)
            ),
            vnc_password=self._vnc_password(fields, "vncPassword", where),
            vnc_watch_password=self._vnc_password(fields, "vncWatchPassword", where),
        )
        self._distinct(record.tokens, f"{where}.tokens")
        self._fitting(record, f"{where}.tokens")
        return record

    def fields(
        self, value: object, where: str, keys: Sequence[str], optional: Sequence[str] = ()
    ) -> dict[str, object]:
        """An object with all of these keys, perhaps with the optional ones, and with no other."""
        if not isinstance(value, dict):
            self.problems.append(f"{where}: expected an object, found {_kind(value)}")
            return {}
        known = (*keys, *optional)
        for key in value:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
                self.problems.append(f"{where}.{key}: no such key; {hint}")
        for key in keys:
            if key not in value:
                self.problems.append(f"{where}.{key}: missing")
        return value

    def items(self, value: object, where: str) -> list[object]:
        """A list; nothing is said of one that is missing."""
        if isinstance(value, list):
            return value
        if value is not None:
            self.problems.append(f"{where}: expected a list, found {_kind(value)}")
        return []

    def text(
        self, fields: dict[str, object], key: str, where: str, pattern: str, expected: str
    ) -> str:
        """A key's text in the form of `pattern`, which `expected` puts in words."""
        if key not in fields:
            return ""
        return self._match(fields[key], f"{where}.{key}", pattern, expected)

    def _token(self, value: object, where: str) -> Token:
        fields = self.fields(value, where, _TOKEN_KEYS)
        digest = self.text(fields, "sha256", where, r"[0-9a-f]{64}", "64 lower-case hex digits")
        return Token(
            name=self.text(fields, "name", where, TOKEN_NAME, "up to 64 letters, digits or ._@+-"),
            digest=bytes.fromhex(digest),
            grant=self._choice(fields, "grant", where, Grant),
            expires=self._expires(fields.get("expires"), f"{where}.expires"),
        )

    def _choice(
        self, fields: dict[str, object], key: str, where: str, choices: type[Choice]
    ) -> Choice:
        value = fields.get(key)
        for choice in choices:
            if choice == value:
                return choice
        if key in fields:
            known = " or ".join(choices)
            self.problems.append(f"{where}.{key}: expected {known}, found {_shown(value)}")
        return next(iter(choices))

    def _expires(self, value: object, where: str) -> float | None:
        if value is None:
            return None
        try:
            day = date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            self.problems.append(
                f"{where}: expected a date as 2027-06-30 or null, found {_shown(value)}"
            )
            return None
        if day == date.max:
            # The last day that there is: how some write `never`.
            return None
        # A token is good through the day it names, in UTC.
        end = datetime.combine(day, datetime.min.time(), UTC) + timedelta(days=1)
        return end.timestamp()

    def _vnc_password(self, fields: dict[str, object], key: str, where: str) -> str | None:
        if fields.get(key) is None:
            return None
        return self._match(fields[key], f"{where}.{key}", _VNC_PASSWORD, "visible characters", True)

    def _match(
        self, value: object, where: str, pattern: str, expected: str, secret: bool = False
    ) -> str:
        if isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII):
            return value
        found = _kind(value) if secret or where.endswith(".sha256") else _shown(value)
        self.problems.append(f"{where}: expected {expected}, found {found}")
        return ""

    def _distinct(self, tokens: Sequence[Token], where: str) -> None:
        seen: set[object] = set()
        for token in tokens:
            for key in ((token.grant, token.name), token.digest):
                if key in seen and not self.problems:
                    self.problems.append(
                        f"{where}: {token.name} repeats the name or the digest of another token"
                    )
                seen.add(key)

    def _fitting(self, record: Record, where: str) -> None:
        """An operator's token is of the portal alone, which has no other."""
        expected = "operator" if record.id == PORTAL_ID else "mcp, view or watch"
        for number, token in enumerate(record.tokens):
            fits = (token.grant is Grant.OPERATOR) == (record.id == PORTAL_ID)
            if not fits and not self.problems:
                self.problems.append(
                    f"{where}[{number}].grant: expected {expected}, found {token.grant}"
                )


def _shown(value: object) -> str:
    return repr(value)[:80] if isinstance(value, str | int | float) else _kind(value)


def _kind(value: object) -> str:
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    kinds = {dict: "an object", list: "a list", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
