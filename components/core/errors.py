"""Problems in what a user wrote: all of them at once, each with what to do."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

KINDS = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    bool: "true or false",
    type(None): "nothing",
}
LONGEST = 60


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing that is wrong at `path`; `remedy` is a sentence that says what to type."""

    path: str
    expected: str
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}. {self.remedy}"


class ConfigError(Exception):
    """The config cannot be used; `problems` holds every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        count = len(self.problems)
        head = f"the config has {count} problem{'s' if count > 1 else ''}:"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy for an unknown name: the nearest known one, or all of them."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Known here: {', '.join(names)}." if names else "Nothing is known here: remove it."


def kind_of(value: object) -> str:
    """What kind of value it is, for messages."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "a number"
    return KINDS.get(type(value), type(value).__name__)


def shown(value: object) -> str:
    """A value as an error message shows it: in short, and without what may be a secret.

    Neither a mapping's content is shown, nor a PEM text, nor what stands before the @ of a URL.
    """
    if isinstance(value, str):
        return _shown_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return cut(str(value))
    return kind_of(value)


def _shown_text(value: str) -> str:
    if "-----BEGIN" in value:
        return "a PEM text"
    return repr(cut(re.sub(r"//[^/\s]*@", "//…@", value)))


def cut(text: str, longest: int = LONGEST) -> str:
    """A text that is no longer than a message can bear."""
    return text if len(text) <= longest else text[: longest - 3] + "…"
