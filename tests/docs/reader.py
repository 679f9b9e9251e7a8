"""A reader: types a page's commands from top to bottom in one shell, on a stack of the tests."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import Command
from tests.e2e.deployment import Deployment

MARK = "=== typed at line"
GAP = "…"
# Seconds, MiB of a limit, how many resources.
NUMBER = re.compile(r"\d+\.\d+|\d+(?=/)|(?<=/)\d+(?= MiB)|(?<=\+ )\d+")
# `25s`, `1m 5s`, `1m5s`.
SPAN = re.compile(r"\b\d+[dhms](?: ?\d+[hms])?\b")
DEFAULT_STACK = re.compile(r"(?<=--stack )dev\b|(?<=mcpier-)dev(?=-)|(?<=[('])dev(?=[)'])")
WITHOUT_STACK = re.compile(r"(\.venv/bin/mcpier (?:token )?[a-z]+)(?!.*--stack)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads the stack's own names for those of the pages: `dev`, its instance, type and host.

    `folder` has the files that the pages leave to their reader, and `answer`: what one types who
    is asked for a value.
    """

    deployment: Deployment
    instance: str
    type: str
    authority: str
    folder: Path

    def here(self, text: str) -> str:
        """A command or an output of the pages in the stack's own names."""
        named = re.sub(r"\bdemo\b", self.instance, text)
        named = re.sub(r"\bplaywright\b", self.type, named)
        named = named.replace("mcpier.localhost:8443", self.authority)
        named = named.replace("/path/to/", f"{self.folder}/")
        return DEFAULT_STACK.sub(self.deployment.stack, named)

    def types(self, commands: Sequence[Command]) -> list[str]:
        """What each prints, stdout and stderr together; every one must succeed."""
        script = ["set -e -o pipefail", f"export STACK={self.deployment.stack}"]
        for each in commands:
            script += [rf"printf '\n{MARK} {each.line}\n'"]
            script += [f"{{ {self._typed(each)}\n}} < {self.folder}/answer"]
        done = self.deployment.run("bash", "-c", "\n".join(script))
        assert done.returncode == 0, done.stdout
        return re.split(rf"^{MARK} \d+\n", done.stdout, flags=re.MULTILINE)[1:]

    def _typed(self, command: Command) -> str:
        """The command, about this stack where it is about the default one."""
        return WITHOUT_STACK.sub(rf"\1 --stack {self.deployment.stack}", self.here(command.text))


def unlike(shown: str, printed: str) -> list[str]:
    """Lines of an output on a page that the real one does not have, in this order.

    What is measured and the width of columns may differ; the real one may have further lines.
    """
    left, missing = _shape(printed), []
    for line in _shape(shown):
        if line in left:
            left = left[left.index(line) + 1 :]
        elif line != GAP:
            missing.append(line)
    return missing


def _shape(text: str) -> list[str]:
    plain = (NUMBER.sub("0", SPAN.sub("0s", line)) for line in text.splitlines())
    return [" ".join(line.split()) for line in plain if line.strip()]
