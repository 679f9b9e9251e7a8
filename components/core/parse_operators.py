"""Reads who may open the portal."""

from components.core.model import Token
from components.core.parse_tokens import parse_tokens
from components.core.section import Section


def parse_operators(root: Section, warnings: list[str]) -> tuple[Token, ...]:
    """Their tokens; one by the name `operator` where none are named."""
    if not root.has("operators"):
        return (Token(name="operator", generation=1, expires=None),)
    if root.value("webapp"):
        warnings.append(
            "mcpier:operators opens nothing: mcpier:webapp is what app.<domain> serves. "
            "Take one of them out."
        )
    return parse_tokens(root, "operators")
