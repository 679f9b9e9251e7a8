"""What a stack chooses for the browser and for Playwright MCP takes effect."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from mcp.client import Client

from tests.image.playwright_client import call, connected
from tests.image.playwright_harness import Instance
from tests.image.playwright_pages import Pages
from tests.image.playwright_tls import SecurePages

pytestmark = pytest.mark.docker

FETCH = "() => fetch('{url}').then(() => 'answered', () => 'refused')"
OVER_NODE = "async (page) => (await page.request.get('{url}')).status()"
MARKED = "() => { document.body.innerHTML = '<button data-qa=pay>Pay</button>'; }"


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecurePages]:
    """Serve the pages over TLS, under a CA that no system trusts."""
    with SecurePages(tmp_path_factory.mktemp("tls")) as pages:
        yield pages


@pytest.fixture(scope="module")
def chosen(
    image: str, tmp_path_factory: pytest.TempPathFactory, pages: Pages, secure: SecurePages
) -> Iterator[Instance]:
    """Return an instance on which nearly everything is chosen."""
    environment = {
        "MCPIER_EXTRA_CA": secure.ca,
        # The pages' server stands in for a proxy: it answers with the address that it was asked.
        "MCPIER_PROXY": pages.url("").rstrip("/"),
        "MCPIER_PROXY_BYPASS": secure.host,
        "MCPIER_USER_AGENT": "mcpier's own 'browser' 1.0",
        "MCPIER_SNAPSHOT_MODE": "none",
        "PLAYWRIGHT_MCP_TEST_ID_ATTRIBUTE": "data-qa",
        "PLAYWRIGHT_MCP_BLOCKED_ORIGINS": "http://blocked.invalid",
    }
    with Instance(image, tmp_path_factory.mktemp("chosen"), environment=environment) as running:
        running.wait_healthy()
        yield running


def ask(instance: Instance, session: Callable[[Client], Awaitable[str]]) -> str:
    """Return what a session of calls told."""

    async def open_session() -> str:
        async with connected(instance) as client:
            return await session(client)

    return asyncio.run(open_session())


async def evaluate(client: Client, url: str, function: str) -> str:
    """Return what a function finds on a page."""
    await call(client, "browser_navigate", url=url)
    return await call(client, "browser_evaluate", function=function)


def test_an_authority_of_its_own_is_trusted_by_the_browser_and_by_playwright(
    chosen: Instance, secure: SecurePages
) -> None:
    async def session(client: Client) -> str:
        title = await evaluate(client, secure.url("trusted"), "() => document.title")
        code = OVER_NODE.format(url=secure.url("node"))
        return title + await call(client, "browser_run_code_unsafe", code=code)

    told = ask(chosen, session)
    assert '"trusted"' in told
    assert "### Result\n200\n" in told


def test_the_proxy_is_asked_for_everything_but_what_bypasses_it(
    chosen: Instance, secure: SecurePages
) -> None:
    async def session(client: Client) -> str:
        over = await evaluate(client, "http://nowhere.invalid/over", "() => document.title")
        past = await evaluate(client, secure.url("past"), "() => document.title")
        return over + past

    told = ask(chosen, session)
    assert '"http://nowhere.invalid/over"' in told
    assert '"past"' in told


def test_the_browser_calls_itself_as_chosen(chosen: Instance) -> None:
    async def session(client: Client) -> str:
        return await evaluate(client, "http://any.invalid/", "() => navigator.userAgent")

    assert "mcpier's own 'browser' 1.0" in ask(chosen, session)


def test_a_blocked_origin_is_not_asked_and_others_are(chosen: Instance) -> None:
    async def session(client: Client) -> str:
        blocked = FETCH.format(url="http://blocked.invalid/x")
        told = await evaluate(client, "http://blocked.invalid.example/", blocked)
        same = FETCH.format(url="http://blocked.invalid.example/x")
        return told + await call(client, "browser_evaluate", function=same)

    told = ask(chosen, session)
    assert '"refused"' in told
    assert '"answered"' in told


def test_answers_carry_no_snapshot_and_code_names_elements_by_the_chosen_attribute(
    chosen: Instance,
) -> None:
    async def session(client: Client) -> str:
        await evaluate(client, "http://any.invalid/", MARKED)
        snapshot = await call(client, "browser_snapshot")
        button = snapshot.split("[ref=")[-1].split("]")[0]
        return await call(client, "browser_click", element="Pay", target=button)

    told = ask(chosen, session)
    assert "getByTestId('pay')" in told
    assert "### Snapshot" not in told


def test_without_its_authority_the_page_is_not_opened(
    instance: Instance, secure: SecurePages
) -> None:
    async def session(client: Client) -> str:
        result = await client.call_tool("browser_navigate", {"url": secure.url("unknown")})
        return str(result.content)

    assert "ERR_CERT_AUTHORITY_INVALID" in ask(instance, session)


def test_what_is_no_certificate_ends_it_at_once_with_one_line(
    start: Callable[..., Instance], secure: SecurePages
) -> None:
    broken = secure.ca.replace("MI", "XX", 1)
    instance = start(environment={"MCPIER_EXTRA_CA": broken})
    assert instance.wait_exit() != 0
    assert len(instance.logs().splitlines()) == 1
    assert "MCPIER_EXTRA_CA cannot be read" in instance.logs()
