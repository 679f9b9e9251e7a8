"""What the portal shows, and what it never does."""

import re
import time

import pytest

from tests.authgate.harness import ALICE
from tests.portal.engine import CANARY, container
from tests.portal.stage import CONFIG, Stage, all_well
from tests.waiting import until

PAGES = ["/", "/instances/demo", "/static/style.css", "/static/live.js", "/healthz", "/nowhere"]


def shows(portal: Stage, path: str, *texts: str) -> None:
    """Waits until a page has all of these texts: what is shown may be two seconds old."""
    until(lambda: all(text in portal.get(path).text for text in texts), 10, f"{path}: {texts}")


def cell(page: str, id_: str) -> str:
    """The text of a live element."""
    found = re.search(rf'id="{id_}"[^>]*>(.*?)</(?:p|ul|tbody)>', page, re.S)
    assert found is not None, id_
    return " ".join(re.sub("<[^>]+>", " ", found[1]).split())


def test_the_page_shows_every_instance_and_part(portal: Stage) -> None:
    page = portal.get("/").text
    assert cell(page, "state-demo") == "healthy up 2 minutes"
    assert cell(page, "state-resting") == "stopped"
    for part in ("traefik", "authgate", "socket-proxy", "portal", "docker-reader"):
        assert cell(page, f"part-{part}") == "healthy up 2 minutes"
    assert cell(page, "summary") == "all is well"
    assert 'href="https://vnc-demo.mcp.example.org:8443/"' in page


def test_the_certificate_is_the_one_that_the_edge_serves(portal: Stage) -> None:
    told = cell(portal.get("/").text, "certificate")
    assert re.fullmatch(r"good for (59|60) days until \d{4}-\d\d-\d\d", told)


def test_an_unhealthy_instance_is_shown_with_the_failing_part(portal: Stage) -> None:
    output = '{"failing": {"vnc": "no picture for 30 s"}}'
    portal.engine.containers[0] = container(
        "mcpier-dev-mcp-demo", status="Up 2 minutes (unhealthy)", output=output
    )
    shows(portal, "/", "no picture for 30 s")
    page = portal.get("/").text
    assert cell(page, "state-demo") == "unhealthy up 2 minutes vnc : no picture for 30 s"
    assert cell(page, "summary") == "needs care demo"


def test_what_no_encoder_takes_is_left_out(portal: Stage) -> None:
    portal.engine.containers[0] = container(
        "mcpier-dev-mcp-demo",
        status="Up 2 minutes (unhealthy)",
        output='{"failing": {"vnc": "broken \\ud800"}}',
    )
    shows(portal, "/", "broken")
    assert portal.get("/instances/demo").status == 200


def test_a_picture_is_there_while_the_instance_is_healthy(portal: Stage) -> None:
    shown = re.compile(r'<img src="(/thumbnails/\w+)"')
    for path in ("/", "/instances/demo"):
        assert shown.findall(portal.get(path).text) == ["/thumbnails/demo"]
    portal.engine.containers[0] = container("mcpier-dev-mcp-demo", status="Up 1 second (unhealthy)")
    shows(portal, "/", "unhealthy")
    for path in ("/", "/instances/demo", "/instances/resting"):
        assert shown.findall(portal.get(path).text) == []


def test_what_is_gone_or_stands_still_is_shown_with_what_to_type(portal: Stage) -> None:
    portal.engine.containers[0] = container(
        "mcpier-dev-mcp-demo", state="exited", status="Exited (0) 3 minutes ago"
    )
    del portal.engine.containers[3]
    shows(portal, "/", "stands still; make up STACK=dev starts it")
    assert cell(portal.get("/").text, "part-socket-proxy") == (
        "absent not deployed; make up STACK=dev makes it"
    )


def test_tokens_are_shown_by_name_with_their_last_use(portal: Stage) -> None:
    told = cell(portal.get("/instances/demo").text, "tokens")
    assert re.fullmatch(
        r"alice MCP never not since (\S+ \S+) viewer .* watcher live view, to watch .*", told
    )
    assert portal.gate.check() == 204
    until(
        lambda: re.match(
            r"alice MCP never \d{4}-", cell(portal.get("/instances/demo").text, "tokens")
        ),
        10,
        "the use is not shown",
    )


def test_refusals_are_shown_on_the_page_of_their_instance(portal: Stage) -> None:
    assert portal.gate.check("wrong", "demo") == 401
    assert portal.gate.check("wrong", "invented") == 401
    shows(portal, "/", "mcp-invented", "mcp-demo")
    shows(portal, "/instances/demo", "wrong token")
    assert "invented" not in portal.get("/instances/demo").text


def test_a_client_is_configured_by_what_stands_there_to_be_copied(portal: Stage) -> None:
    page = portal.get("/instances/demo").text
    assert "mcpier connect demo --stack dev" in page
    for client in ("claude-code", "cursor", "vscode", "codex", "curl"):
        assert f"<summary>{client}</summary>" in page
    assert "Bearer &lt;token&gt;" in page
    assert "&#34;url&#34;: &#34;https://mcp-demo.mcp.example.org:8443/mcp&#34;" in page
    assert "&lt;id&gt;" not in page
    assert "&lt;url&gt;" not in page


def test_no_page_has_a_token_or_what_else_the_engine_knows(portal: Stage) -> None:
    for path in PAGES:
        answer = portal.get(path)
        assert CANARY not in answer.text
        assert ALICE not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_no_answer_is_kept_framed_or_run_from_elsewhere(portal: Stage, path: str) -> None:
    headers = portal.get(path).headers
    assert headers["cache-control"] == "no-store"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/instances/demo"])
def test_a_page_has_no_script_or_style_within_itself(portal: Stage, path: str) -> None:
    page = portal.get(path).text
    assert re.findall(r"<script(?! src=)|<style| style=| on\w+=|javascript:", page) == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/instances/demo", "/events"])
def test_nothing_can_be_changed(portal: Stage, path: str, method: str) -> None:
    before = list(portal.engine.asked)
    assert portal.get(path, method).status == 405
    assert portal.engine.asked == before


@pytest.mark.parametrize(
    "path",
    ["/instances/none", "/instances/", "/instances/demo/", "/static/", "/static/../app.py", "//"],
)
def test_what_is_not_there_is_a_page_that_says_so(portal: Stage, path: str) -> None:
    answer = portal.get(path)
    assert answer.status == 404
    assert "There is nothing here" in answer.text


def test_who_is_signed_in_stands_above_the_page(portal: Stage) -> None:
    page = portal.get("/", **{"X-Mcpier-Client": "carol<b>"}).text
    assert '<span class="operator">carol&lt;b&gt;</span>' in page
    assert 'action="/_mcpier/sign-out"' in page


def test_an_instance_that_a_deploy_adds_is_shown_at_once(portal: Stage) -> None:
    added = {**CONFIG["instances"], "added": {"type": "browser"}}
    portal.write(CONFIG | {"instances": added})
    shows(portal, "/", 'id="state-added"')
    told = cell(portal.get("/").text, "state-added")
    assert told == "absent not deployed; make up STACK=dev makes it"


def test_while_nobody_looks_the_engine_is_asked_nothing(portal: Stage) -> None:
    portal.get("/")
    before = len(portal.engine.asked)
    for _ in range(3):
        portal.get("/healthz")
        portal.get("/static/live.js")
    assert portal.ask_reader(b"") == b""
    # Twice as long as anything that was learnt is taken for fresh.
    time.sleep(3)
    assert len(portal.engine.asked) == before


def test_many_looks_at_once_are_one_question(portal: Stage) -> None:
    portal.get("/")
    before = len(portal.engine.asked)
    for _ in range(20):
        portal.get("/")
    assert len(portal.engine.asked) - before <= 3


def test_one_hundred_healthy_containers_are_one_question(portal: Stage) -> None:
    portal.engine.containers = all_well() + [container(f"more-{n}") for n in range(100)]
    before = len(portal.engine.asked)
    until(lambda: len(portal.engine.asked) > before or portal.get("/") is None, 10, "not asked")
    assert len(portal.engine.asked) == before + 1
