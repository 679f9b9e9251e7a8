"""The portal of a deployed stack, as an operator meets it in a browser."""

from pathlib import Path
from typing import Any

from tests.e2e.deployment import DOMAIN, HTTPS_PORT, STACK, Deployment
from tests.e2e.test_live_view import browse_view

SCRIPT = Path(__file__).parent / "portal.cjs"
URL = f"https://app.{DOMAIN}:{HTTPS_PORT}/"


def browsed(url: str, **more: str) -> dict[str, Any]:
    return browse_view(SCRIPT, {"url": url, "instance": "demo", **more}, timeout=240)


def test_a_link_of_the_command_line_opens_it_and_it_shows_what_runs(
    deployment: Deployment,
) -> None:
    link = deployment.run(".venv/bin/mcpier", "portal", "--stack", STACK).stdout.strip()
    assert link.startswith(f"{URL}_mcpier/enter/")
    seen = browsed(link)
    assert seen["state"].startswith("healthy")
    assert seen["width"] == 480
    assert seen["certificate"].startswith("good for ")
    for name in ("alice", "ci", "view", "watch"):
        assert name in seen["tokens"]
    assert (seen["refused"], seen["complaints"]) == (401, [])


def test_the_form_takes_the_token_that_is_an_output(outputs: dict[str, Any]) -> None:
    assert outputs["portalUrl"] == URL
    seen = browsed(outputs["portal"]["url"], token=outputs["portal"]["tokens"]["operator"])
    assert seen["state"].startswith("healthy")
