"""Every component ends its constructor by saying that it is complete."""

import ast
from pathlib import Path

import pytest

COMPONENTS = Path(__file__).resolve().parents[2] / "components"


def component_classes() -> list[ast.ClassDef]:
    return [
        node
        for file in sorted(COMPONENTS.glob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        and "ComponentResource" in " ".join(map(ast.unparse, node.bases))
    ]


CLASSES = component_classes()


def test_the_parts_of_the_platform_are_components() -> None:
    assert {"Platform", "Traefik", "Authgate", "McpInstance"} <= {item.name for item in CLASSES}


@pytest.mark.parametrize("component", CLASSES, ids=[item.name for item in CLASSES])
def test_outputs_are_registered_once_and_last(component: ast.ClassDef) -> None:
    constructor = next(
        node
        for node in component.body
        if isinstance(node, ast.FunctionDef) and node.name == "__init__"
    )
    assert ast.unparse(constructor.body[-1]).startswith("self.register_outputs(")
    assert ast.unparse(component).count(".register_outputs(") == 1
    assert not any(isinstance(node, ast.Return) for node in ast.walk(constructor))
