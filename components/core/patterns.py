"""What can be said of a regular expression."""

import re


def options_of(pattern: str) -> list[str]:
    """The words that a pattern lists, where it does no more than that."""
    found = re.fullmatch(r"\^?\(?(\w+(\|\w+)+)\)?\$?", pattern)
    return found[1].split("|") if found else []


def told(pattern: str | None) -> str:
    """What text must be that matches the whole pattern, for messages; None: any text."""
    if pattern is None:
        return "text"
    *others, last = options_of(pattern) or [f"text that matches {pattern}"]
    return f"{', '.join(others)} or {last}" if others else last
