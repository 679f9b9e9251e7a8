"""The one error that a person is meant to read."""

from collections.abc import Sequence


class AuthgateError(Exception):
    """Something the operator can put right.

    `problems` holds one line each: what, what was expected, what was found, what to do.
    """

    def __init__(self, what: str, problems: Sequence[str] = ()) -> None:
        self.what = what
        self.problems = tuple(problems)
        super().__init__("\n".join([what, *(f"  - {problem}" for problem in problems)]))
