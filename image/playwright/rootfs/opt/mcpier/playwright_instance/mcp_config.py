"""Writes what Playwright MCP takes from its configuration file only, or better from there."""

import json
from collections.abc import Mapping
from pathlib import Path

MCP_CONFIG = Path("/run/mcpier/playwright-mcp.json")
# A client that leaves need not say so, and its session keeps a connection to Chromium that mirrors
# every page. So one without calls lets go of it; the next call joins again.
IDLE_MILLISECONDS = 30 * 60 * 1000


def write_mcp_config(
    secrets: Mapping[str, str], snapshot_mode: str, path: Path = MCP_CONFIG
) -> None:
    """Write the file; an agent types a secret by its name, and answers show its name instead."""
    config = {
        "secrets": dict(secrets),
        "snapshot": {"mode": snapshot_mode},
        "timeouts": {"idle": IDLE_MILLISECONDS},
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config), encoding="utf-8")
