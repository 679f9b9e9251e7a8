"""Secret variables of an instance: what its programs know, and what is not to be seen."""

import asyncio
import json
from collections.abc import Callable

import pytest

from tests.image.playwright_client import call, connected
from tests.image.playwright_harness import Instance
from tests.image.playwright_pages import Pages

pytestmark = pytest.mark.docker

CANARY = "canary 'with \"quotes`\nand two lines"
PASSWORD = "canary-typed-by-name"
FIELD = "() => { document.body.innerHTML = '<input aria-label=Secret>'; }"


def test_a_secret_variable_is_known_to_the_programs_and_typed_by_its_name(
    start: Callable[..., Instance], pages: Pages
) -> None:
    instance = start(secret_variables={"LOGIN_PASSWORD": PASSWORD, "NOTES": CANARY})
    instance.wait_healthy()

    async def session() -> str:
        async with connected(instance) as client:
            await call(client, "browser_navigate", url=pages.url("login"))
            await call(client, "browser_evaluate", function=FIELD)
            snapshot = await call(client, "browser_snapshot")
            field = snapshot.split("[ref=")[-1].split("]")[0]
            typed = await call(
                client, "browser_type", element="Secret", target=field, text="LOGIN_PASSWORD"
            )
            read = "() => document.querySelector('input').value"
            answer = await call(client, "browser_evaluate", function=read)
            length = await call(client, "browser_evaluate", function=f"() => ({read})().length")
            return typed + answer + length

    told = asyncio.run(session())
    assert "<secret>LOGIN_PASSWORD</secret>" in told
    assert f"\n{len(PASSWORD)}\n" in told
    assert PASSWORD not in told + json.dumps(instance.inspect()) + instance.logs()
    variables = instance.run("sh", "-c", "cat /proc/[0-9]*/environ")
    assert f"NOTES={CANARY}" in variables
