"""A running instance: what clients get, and what the container may not do."""

import asyncio
import http.client
import json
import socket
import struct
import time
from contextlib import closing

import pytest

from tests.image.playwright_client import call, connected, evaluate, get_status
from tests.image.playwright_harness import CLOSE_ALL_PAGES, HOST, Instance
from tests.image.playwright_pages import Pages
from tests.waiting import until

pytestmark = pytest.mark.docker


def test_an_mcp_client_opens_a_page_and_reads_its_text(instance: Instance, pages: Pages) -> None:
    async def session() -> str:
        async with connected(instance) as client:
            tools = await client.list_tools()
            assert "browser_navigate" in {tool.name for tool in tools.tools}
            await call(client, "browser_navigate", url=pages.url("hello"))
            return await call(client, "browser_snapshot")

    assert 'heading "hello"' in asyncio.run(session())


def test_the_page_survives_the_clients_disconnect(instance: Instance, pages: Pages) -> None:
    async def sessions() -> str:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("survivor"))
        async with connected(instance) as client:
            return await call(client, "browser_snapshot")

    assert "survivor" in asyncio.run(sessions())


def test_closing_the_browser_leaves_it_running_for_the_next_client(
    instance: Instance, pages: Pages
) -> None:
    browser = instance.pid("chromium")

    async def sessions() -> str:
        async with connected(instance) as client:
            await call(client, "browser_close")
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("again"))
            return await call(client, "browser_snapshot")

    assert "again" in asyncio.run(sessions())
    assert instance.pid("chromium") == browser


def test_going_back_loads_the_page_anew_in_a_new_renderer(instance: Instance, pages: Pages) -> None:
    async def session() -> str:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("first"))
            old = set(instance.renderers())
            await call(client, "browser_evaluate", function="() => { document.title = 'marked' }")
            await call(client, "browser_navigate", url="about:blank")
            until(lambda: not old & set(instance.renderers()), 10, "the renderer is still there")
            return await call(client, "browser_navigate_back")

    assert "Page Title: first" in asyncio.run(session())


def test_a_closed_window_comes_back_in_the_same_browser(instance: Instance) -> None:
    browser = instance.pid("chromium")
    instance.python(CLOSE_ALL_PAGES)
    until(
        lambda: "window" in instance.verdict()["failing"],
        10,
        "a missing window is not noticed",
    )
    instance.wait_verdict(healthy=True, seconds=30)
    assert instance.pid("chromium") == browser


@pytest.mark.parametrize("host", ["evil.example:8080", "localhost:8080", "127.0.0.1:8080"])
def test_the_mcp_server_refuses_the_hosts_that_a_page_could_name(
    instance: Instance, host: str
) -> None:
    assert get_status(instance, 8080, "/mcp", host) == 403


def test_a_page_whose_name_leads_to_the_instance_itself_drives_nothing_there(
    instance: Instance,
) -> None:
    """Names below localhost lead there as those do that an attacker's DNS server rebinds."""

    async def session() -> object:
        async with connected(instance) as client:
            url = "http://rebound.localhost:8080/mcp"
            await client.call_tool("browser_navigate", {"url": url})
            return await evaluate(client, INITIALIZE_BY_A_PAGE)

    assert asyncio.run(session()) == ["http://rebound.localhost:8080", 403]


INITIALIZE_BY_A_PAGE = """
async () => {
  const { status } = await fetch('/mcp', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json', 'Accept': 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0', id: 1, method: 'initialize',
      params: {
        protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'p', version: '1' },
      },
    }),
  });
  return [origin, status];
}
"""


def test_the_mcp_server_answers_under_its_public_host_in_any_case(instance: Instance) -> None:
    assert get_status(instance, 8080, "/mcp", HOST.upper()) == 400


def test_clients_of_the_older_transport_are_given_an_address_to_write_to(
    instance: Instance,
) -> None:
    with closing(http.client.HTTPConnection(instance.address, 8080, timeout=10)) as connection:
        connection.request("GET", "/sse", headers={"Host": HOST, "Accept": "text/event-stream"})
        answer = connection.getresponse()
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.readline() == b"event: endpoint\n"
        assert answer.readline().startswith(b"data: /sse?sessionId=")


def test_the_live_views_page_is_served_and_folders_are_not_listed(instance: Instance) -> None:
    assert get_status(instance, 6080, "/vnc.html", "anything") == 200
    assert get_status(instance, 6080, "/novnc/core/", "anything") in (403, 404, 405)


def test_a_viewer_that_breaks_off_leaves_no_traceback_in_the_log(instance: Instance) -> None:
    with socket.create_connection((instance.address, 6080)) as viewer:
        viewer.sendall(b"GET /vnc.html HTTP/1.1\r\n")
        # Closed like this, the connection is reset.
        viewer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    until(lambda: "a live view broke off" in instance.logs(), 5, "the log says nothing of it")
    assert "Traceback" not in instance.logs()


def test_vnc_and_devtools_listen_on_loopback_only(instance: Instance) -> None:
    for port in (5900, 9222):
        with pytest.raises(ConnectionRefusedError):
            get_status(instance, port, "/", "localhost")


def test_chromiums_renderers_run_in_their_sandbox(instance: Instance) -> None:
    renderers = list(instance.renderers().values())
    assert renderers
    for status in renderers:
        assert "--no-sandbox" not in status["command"]
        # Mode 2 is a filter; one pid in the container, and more in the sandbox's namespaces.
        assert status["Seccomp"].strip() == "2"
        assert len(status["NSpid"].split()) > 1


def test_chromium_itself_says_that_it_is_sandboxed(instance: Instance) -> None:
    assert "You are adequately sandboxed." in instance.python(SANDBOX_PAGE)


# No MCP client may open such a page.
SANDBOX_PAGE = """
import json, time
from urllib.request import Request, urlopen
from websockets.sync.client import connect
base = "http://127.0.0.1:9222/json/"
page = json.load(urlopen(Request(base + "new?chrome://sandbox", method="PUT")))
read = {"expression": "document.readyState + document.body.innerText"}
with connect(page["webSocketDebuggerUrl"]) as debugger:
    said, ends = "", time.monotonic() + 10
    while ("sandboxed" not in said or said[:8] != "complete") and time.monotonic() < ends:
        debugger.send(json.dumps({"id": 1, "method": "Runtime.evaluate", "params": read}))
        said = json.loads(debugger.recv())["result"]["result"].get("value", "")
        time.sleep(0.05)
urlopen(base + "close/" + page["id"])
print(said)
"""


def test_every_process_is_unprivileged_without_capabilities(instance: Instance) -> None:
    processes = json.loads(instance.python(PRIVILEGES))
    assert {uid for uid, _ in processes} == {"1000"}
    assert {capabilities for _, capabilities in processes} == {"0000000000000000"}


def test_no_core_is_dumped_and_descriptors_are_bounded(instance: Instance) -> None:
    limits = instance.run("cat", "/proc/1/limits").splitlines()
    bounds = {line[:26].strip(): line.split()[-3:-1] for line in limits[1:]}
    assert bounds["Max core file size"] == ["0", "0"]
    soft, hard = map(int, bounds["Max open files"])
    # An engine may give less.
    assert soft == hard <= 65536


def test_what_an_ended_process_leaves_behind_is_reaped(instance: Instance) -> None:
    instance.run("sh", "-c", "(sleep 0.2; exit 3) >/dev/null 2>&1 &")
    count = "grep -ls '^State:.Z' /proc/[0-9]*/status | wc -l"
    time.sleep(0.3)
    until(lambda: int(instance.run("sh", "-c", count)) == 0, 5, "a zombie stays")


@pytest.mark.parametrize(
    ("wanted", "font"),
    [
        ("sans-serif", "LiberationSans-Regular"),
        ("system-ui", "LiberationSans-Regular"),
        ("serif", "LiberationSerif-Regular"),
        ("monospace", "LiberationMono-Regular"),
        ("Arial", "LiberationSans-Regular"),
        ("sans-serif:lang=ja", "NotoSansCJK"),
        ("sans-serif:lang=zh-cn", "NotoSansCJK"),
        ("sans-serif:lang=ko", "NotoSansCJK"),
        ("emoji", "NotoColorEmoji"),
    ],
)
def test_there_are_fonts_for_latin_cjk_and_emoji(
    instance: Instance, wanted: str, font: str
) -> None:
    assert font in instance.run("fc-match", "--format=%{file}", wanted)


def test_the_root_file_system_is_read_only(instance: Instance) -> None:
    assert "Read-only file system" in instance.run("touch", "/opt/mcpier/x", check=False)


def test_the_vnc_passwords_are_in_no_command_line_and_no_environment(instance: Instance) -> None:
    everything = instance.run("sh", "-c", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ")
    assert "MCPIER_SCREEN" in everything
    assert "t3stpass" not in everything
    assert "w4tchme!" not in everything


def test_probing_leaves_no_session_behind(instance: Instance) -> None:
    before = instance.python(MEMORY_OF_MCP)
    instance.python(
        "from playwright_instance import probes\n"
        "assert not any(probes.mcp() for _ in range(300))\n"
        "assert not any(probes.mcp_session() for _ in range(30))"
    )
    after = instance.python(MEMORY_OF_MCP)
    assert int(after) - int(before) < 64 * 1024, f"{before} KiB before, {after} KiB after"


MEMORY_OF_MCP = (
    "from playwright_instance.programs import find_program\n"
    "pid = find_program('playwright-mcp')\n"
    "print(next(l for l in open(f'/proc/{pid}/status') if l.startswith('VmRSS')).split()[1])"
)

# Those of the container's own user namespace: in namespaces of their own, Chromium's sandboxes
# hold capabilities that mean nothing outside.
PRIVILEGES = """
import glob, json, os
found = []
for path in glob.glob("/proc/[0-9]*"):
    try:
        if os.readlink(path + "/ns/user") != os.readlink("/proc/self/ns/user"):
            continue
        status = dict(line.split(":", 1) for line in open(path + "/status"))
    except OSError:
        continue
    found.append([status["Uid"].split()[1], status["CapPrm"].strip()])
print(json.dumps(found))
"""
