"""What an agent saves can be fetched, by whoever may ask, and does nothing on arrival."""

import asyncio
import http.client
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from mcp.client import Client

from tests.image.playwright_client import call, connected, joined
from tests.image.playwright_harness import HOST, TYPE, Instance
from tests.image.playwright_pages import Pages
from tests.waiting import until

pytestmark = pytest.mark.docker

PORT: int = TYPE["endpoints"]["mcp"]["folders"]["files"]["port"]
FOLDER = "/home/mcpier/files"

DOWNLOAD = """
() => {
  const link = document.createElement('a');
  link.href = 'data:application/octet-stream,fetched%20by%20a%20page';
  link.download = '%NAME%';
  document.body.append(link);
  link.click();
}
"""


def fetch(
    instance: Instance, path: str, method: str = "GET", host: str = HOST
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Return status, headers and body of one request, whose path is sent as it is."""
    connection = http.client.HTTPConnection(instance.address, PORT, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def listing(instance: Instance) -> dict[str, Any]:
    """Return the files that the instance lists, by name."""
    status, headers, body = fetch(instance, "/files/")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    return {entry["name"]: entry for entry in json.loads(body)}


def save(instance: Instance, name: str, content: str) -> None:
    """Write a file as the instance's user."""
    instance.python(f"import pathlib; pathlib.Path({FOLDER!r}, {name!r}).write_text({content!r})")


def test_a_screenshot_is_listed_and_fetched_under_the_name_that_the_agent_gave_it(
    instance: Instance, pages: Pages
) -> None:
    async def session() -> None:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("shot"))
            await call(client, "browser_take_screenshot", filename="shot.png")
            await call(client, "browser_take_screenshot")

    asyncio.run(session())
    found = listing(instance)
    assert found["shot.png"]["size"] > 1000
    assert len([name for name in found if name.endswith(".png")]) == 2
    status, headers, body = fetch(instance, "/files/shot.png")
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert body.startswith(b"\x89PNG")


def test_a_pdf_of_a_page_is_among_the_files(start: Callable[..., Instance], pages: Pages) -> None:
    instance = start(environment={"PLAYWRIGHT_MCP_CAPS": "pdf"})
    instance.wait_healthy()

    async def session() -> None:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("printed"))
            await call(client, "browser_pdf_save", filename="page.pdf")

    asyncio.run(session())
    status, headers, body = fetch(instance, "/files/page.pdf")
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    assert body.startswith(b"%PDF-")


def test_a_clients_roots_on_its_own_machine_do_not_lead_its_files_astray(
    instance: Instance, pages: Pages
) -> None:
    async def session() -> None:
        async with connected(instance, roots=["file:///home/somebody/project"]) as client:
            await call(client, "browser_navigate", url=pages.url("rooted"))
            await call(client, "browser_take_screenshot", filename="rooted.png")

    asyncio.run(session())
    assert "rooted.png" in listing(instance)


async def download(client: Client, instance: Instance, name: str) -> None:
    """Have the page download a file, and wait until it is listed."""
    await call(client, "browser_evaluate", function=DOWNLOAD.replace("%NAME%", name))
    for _ in range(50):
        told = await call(client, "browser_snapshot")
        if name in listing(instance):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(told)


def test_a_download_is_fetched_too_whatever_it_is(instance: Instance, pages: Pages) -> None:
    async def session() -> None:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("download"))
            await download(client, instance, "setup.exe")

    asyncio.run(session())
    assert fetch(instance, "/files/setup.exe")[2] == b"fetched by a page"


def test_a_client_that_leaves_takes_nobodys_downloads_along(
    instance: Instance, pages: Pages
) -> None:
    """Each joins Chromium by itself, which forgets what it was told as soon as one is gone."""

    async def session() -> None:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("stays"))
            async with connected(instance) as other:
                await call(other, "browser_snapshot")
                both = joined(instance)
            # Its end is not waited for by who ends it.
            until(lambda: joined(instance) < both, 15, "its connection to Chromium lives on")
            await download(client, instance, "later.exe")

    asyncio.run(session())
    assert fetch(instance, "/files/later.exe")[2] == b"fetched by a page"


def test_a_download_takes_its_room_once_however_many_clients_save_it(
    start: Callable[..., Instance], pages: Pages
) -> None:
    """Twice it would not fit."""
    instance = start()
    instance.wait_healthy()
    name, size = "download-150", 150 << 20

    async def session() -> None:
        async with connected(instance) as client, connected(instance) as other:
            await call(other, "browser_navigate", url=pages.url("large"))
            await call(client, "browser_snapshot")
            follow = f"() => {{ location.href = '{pages.download_url(150)}' }}"
            await call(client, "browser_evaluate", function=follow)
            until(lambda: name in listing(instance), 30, "the download is not there")

    asyncio.run(session())
    assert listing(instance)[name]["size"] == size
    assert fetch(instance, f"/files/{name}")[2] == bytes(size)
    used = int(instance.run("df", "--output=used", "--block-size=1M", FOLDER).split()[-1])
    assert used < 160


ESCAPES = [
    "/files/../../../etc/passwd",
    "/files/..%2f..%2f..%2fetc/passwd",
    "/files/%2e%2e/%2e%2e/etc/passwd",
    "/files/..%5c..%5cetc/passwd",
    "/files//etc/passwd",
    "/files../.config/user-dirs.dirs",
    "/files/%00",
    "/etc/passwd",
    "/",
]


@pytest.mark.parametrize("path", ESCAPES)
def test_no_path_leads_out_of_the_folder(instance: Instance, path: str) -> None:
    status, _, body = fetch(instance, path)
    assert status in (400, 403, 404)
    assert b"root:" not in body
    assert b"XDG_" not in body


@pytest.mark.parametrize("target", ["/etc/passwd", "/etc", "../.config/user-dirs.dirs"])
def test_a_link_out_of_the_folder_is_not_followed(instance: Instance, target: str) -> None:
    name = f"link-{target.count('/')}-{len(target)}"
    instance.run("ln", "-s", target, f"{FOLDER}/{name}")
    for path in (name, f"{name}/", f"{name}/passwd"):
        assert fetch(instance, f"/files/{path}")[0] in (403, 404)


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "script.js", "index.html"])
def test_a_page_among_the_files_is_never_shown_in_place(instance: Instance, name: str) -> None:
    save(instance, name, "<script>alert(document.domain)</script>")
    status, headers, _ = fetch(instance, f"/files/{name}")
    assert status == 200
    assert headers["Content-Disposition"] == "attachment"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "no-store"
    assert name in listing(instance)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "MKCOL", "PROPFIND", "OPTIONS"])
def test_files_are_read_and_nothing_else(instance: Instance, method: str) -> None:
    save(instance, "kept.txt", "kept")
    assert fetch(instance, "/files/kept.txt", method)[0] in (403, 405)
    assert fetch(instance, "/files/kept.txt")[2] == b"kept"


@pytest.mark.parametrize("host", ["localhost:8081", "127.0.0.1", "evil.example", ""])
def test_files_are_served_under_the_public_host_only(instance: Instance, host: str) -> None:
    save(instance, "public.txt", "public")
    status, _, body = fetch(instance, "/files/public.txt", host=host)
    assert (status, b"public" in body) in ((403, False), (400, False))


def test_the_folder_is_bounded_and_a_full_one_is_given_room(
    start: Callable[..., Instance], pages: Pages
) -> None:
    instance = start()
    instance.wait_healthy()
    said = instance.run("dd", "if=/dev/zero", f"of={FOLDER}/big", "bs=1M", "count=400", check=False)
    (size,) = re.findall(r"^(\d+) bytes", said, re.MULTILINE)
    assert 0 < int(size) <= 256 << 20
    until(lambda: "big" not in listing(instance), 10, "no room is made")

    async def session() -> str:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("full"))
            return await call(client, "browser_evaluate", function="() => document.title")

    assert '"full"' in asyncio.run(session())
    instance.wait_verdict(healthy=True, seconds=10)
