"""From a page in an instance's browser: what of the platform and its siblings can be reached."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest

from components.core.routing import (
    GATE_PATH,
    GATE_PORT,
    OPERATIONS_PORT,
    PAGES_PORT,
    PORTAL_PORT,
)
from tests.e2e.conftest import served_page
from tests.e2e.deployment import BASES, PLACE, STACK, Deployment, docker
from tests.e2e.test_clients import connection, python_client
from tests.waiting import until

# A page may send a request anywhere; whether it is answered is all that it is told.
FETCH = """async () => {
  const answered = url => fetch(url, {mode: "no-cors", signal: AbortSignal.timeout(3000)})
    .then(() => url, () => null);
  return (await Promise.all(URLS.map(answered))).filter(url => url);
}"""


@pytest.fixture(scope="module")
def sibling(deployment: Deployment) -> Iterator[str]:
    """A web server on the instances' network, as another instance would be one; its address."""
    place = ["--label", f"mcpier.stack={STACK}", "--network", f"mcpier-{STACK}-instances"]
    serve = ["python3", "-u", "-m", "http.server", "8080"]
    made = docker("run", "--detach", "--rm", *place, BASES["python"], *serve).strip()
    try:
        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        address = docker("inspect", "--format", form, made).strip()
        until(lambda: answers_the_host(f"http://{address}:8080/"), 20, "it does not answer")
        yield address
    finally:
        docker("rm", "--force", made)


def test_a_page_reaches_no_other_instance_no_part_of_the_platform_and_no_docker(
    deployment: Deployment, ca_file: Path, page_url: str, sibling: str
) -> None:
    gateway = str(urlsplit(page_url).hostname)
    inside = [
        f"http://{sibling}:8080/",
        *(
            f"http://{gate}:{path}"
            for gate in (PLACE.gate, PLACE.operations)
            for path in (f"{GATE_PORT}{GATE_PATH}", f"{PAGES_PORT}/", f"{OPERATIONS_PORT}/readyz")
        ),
        f"http://{PLACE.portal}:{PORTAL_PORT}/",
    ]
    assert all(map(answers_the_host, inside))
    ports = (PLACE.admin_port, 2375, 2376)
    outside = [f"http://{host}:{port}/ping" for host in (gateway, "127.0.0.1") for port in ports]
    assert answers_the_host(f"http://127.0.0.1:{PLACE.admin_port}/ping")

    async def fetched(other_page: str) -> list[str]:
        async with python_client(connection(deployment), ca_file) as client:
            await client.call_tool("browser_navigate", {"url": page_url})
            function = FETCH.replace("URLS", json.dumps([other_page, *inside, *outside]))
            shown = await client.call_tool("browser_evaluate", {"function": function})
            text = "\n".join(part.text for part in shown.content if part.type == "text")
            found = re.search(r"### Result\n(\[.*?\])", text, re.DOTALL)
            assert found, text
            urls: list[str] = json.loads(found[1])
            return urls

    with served_page(gateway) as other_page:
        assert anyio.run(fetched, other_page) == [other_page]


def answers_the_host(url: str) -> bool:
    """Whether the host, which nothing stands in the way of, is let in."""
    place = urlsplit(url)
    with socket.socket() as asking:
        asking.settimeout(5)
        return asking.connect_ex((place.hostname, place.port)) == 0
