"""Programs that are built from Go modules for these tests, once per machine."""

from pathlib import Path

from toolchain.builds import Tool, Workshop, build

MODULES = {
    "actionlint": "github.com/rhysd/actionlint/cmd/actionlint",
    "gojq": "github.com/itchyny/gojq/cmd/gojq",
}


def _build(workshop: Workshop) -> None:
    for name, module in MODULES.items():
        workshop.go_build(module, workshop.target / name)


ACTIONLINT = Tool(program="actionlint", folder="workflows", plugin=None, steps=_build)


def go_tool(name: str) -> Path:
    """The path of one of `MODULES`."""
    return build(ACTIONLINT, print).with_name(name)
