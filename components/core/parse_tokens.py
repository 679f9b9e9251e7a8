"""Reads a list of tokens: of an instance, or of the operators."""

from collections.abc import Callable

from components.core.model import Token
from components.core.section import Section

TOKEN_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"


def parse_tokens(
    section: Section, key: str, check: Callable[[Section, str], None] = lambda entry, name: None
) -> tuple[Token, ...]:
    """The tokens under a key; `check` looks at an entry besides, given its name."""
    remedy = "Write one token name a line, such as `- alice`."
    tokens: dict[str, Token] = {}
    for entry in section.entries(key, short="name", remedy=remedy):
        token = Token(
            name=entry.text(
                "name",
                pattern=TOKEN_NAME,
                expected="a name of at most 63 letters, digits, dots, hyphens and underscores",
                remedy="Name who uses it, such as alice or ci.",
            ),
            generation=entry.integer(
                "generation", least=1, most=9999, remedy="Raise it by one to rotate.", default=1
            ),
            expires=entry.day("expires", remedy="Write year, month and day so."),
        )
        check(entry, token.name)
        entry.close()
        if token.name and token.name in tokens:
            entry.problem("name", "a name used once", "Give each token its own name.")
        tokens[token.name] = token
    return tuple(tokens.values())
