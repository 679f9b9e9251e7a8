"""The ways to one stdio server: its own standard input and output, and through mcpier's bridge."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.bridges.rivals import PORT, STDIO, build_stdio, listening, running
from tests.bench.edge.ways import Way, built
from tests.edge.stack import address

INSIDE = "/opt/echo"


@contextmanager
def stdio_ways(folder: Path) -> Iterator[dict[str, Way]]:
    """Both, by name: `stdio` on this machine, and `bridge` in a container."""
    server = built(folder, "echo")
    variable = f"MCPIER_COMMAND={json.dumps([INSIDE, 'stdio'])}"
    mount = f"type=bind,source={server},target={INSIDE},readonly"
    try:
        build_stdio()
        with running("--env", variable, "--mount", mount, STDIO) as container:
            dial = f"{address(listening(container, 'the bridge'))}:{PORT}"
            yield {
                "stdio": Way(command=[str(server), "stdio"]),
                "bridge": Way(url=f"http://{dial}/mcp", dial=dial),
            }
    finally:
        subprocess.run(["docker", "image", "rm", STDIO], capture_output=True, check=False)
