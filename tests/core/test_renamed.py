"""A key that has another name now is told with it."""

from collections.abc import Callable
from typing import Any

import pytest

from components.core.errors import ConfigError
from components.core.model import StackSpec
from components.core.renamed import RENAMED

Read = Callable[[dict[str, Any]], StackSpec]


@pytest.mark.parametrize(
    ("path", "new", "change"),
    [
        ("mcpier:ports", "edge", lambda c: c.update(ports=c.pop("edge"))),
        ("mcpier:edge.tlsPort", "httpsPort", lambda c: c["edge"].update(tlsPort=8443)),
        (
            "mcpier:instances.demo.display",
            "screen",
            lambda c: c["instances"]["demo"].update(display="800x600x16"),
        ),
    ],
)
def test_an_old_name_is_told_with_the_new_one(
    path: str,
    new: str,
    change: Callable[[dict[str, Any]], object],
    config: dict[str, Any],
    read: Read,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(RENAMED, path.replace(".demo.", ".<id>."), new)
    change(config)
    with pytest.raises(ConfigError) as caught:
        read(config)
    (problem,) = caught.value.problems
    assert problem.path == path
    assert (problem.expected, problem.remedy) == (f"its new name {new}", f"Rename it to {new}.")
