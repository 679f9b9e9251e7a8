"""The stack's config as the program reads it from pulumi."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.components.recording import PROJECT

PROGRAM = """
import asyncio
import pulumi
from components import settings
pulumi.runtime.set_mocks(None, project="mcpier", stack="dev")
async def tell():
    spec, given = settings.load()
    print(spec.stack, spec.domain, [(item.id, item.type.name) for item in spec.instances])
    if any(item.given_secrets for item in spec.instances):
        print(await given.is_secret(), (await given.future()).of("demo").env)
try:
    asyncio.run(tell())
except pulumi.RunError as error:
    print(error)
"""


def load(secret: tuple[str, ...] = (), **values: Any) -> str:
    """What the program makes of config values, which reach it as the language host sets them."""
    config = {f"mcpier:{key}": value for key, value in values.items()}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=PROJECT,
        env={
            **os.environ,
            "PULUMI_CONFIG": json.dumps({**config, "docker:host": "tcp://a"}),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps([f"mcpier:{key}" for key in secret]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip("\n")


def test_structured_values_are_read_from_their_json() -> None:
    instances = json.dumps({"demo": {"type": "playwright"}})
    found = load(domain="mcp.example.org", instances=instances)
    assert found == "dev mcp.example.org [('demo', 'playwright')]"


def test_what_pulumi_config_sets_by_path_is_read_with_its_type() -> None:
    edge = json.dumps({"httpsPort": 8443, "adminPort": "9444"})
    tls = json.dumps({"mode": "acme", "email": "a@example.org", "dnsProvider": "x"})
    token = {"name": "ci", "generation": 2, "expires": "2027-06-30T00:00:00Z"}
    demo = {"type": "playwright", "tokens": [token], "userAgent": 5}
    found = load(domain="mcp.example.org", edge=edge, tls=tls, instances=json.dumps({"demo": demo}))
    assert found.splitlines()[1:] == [
        "  mcpier:edge.adminPort: expected a whole number from 1 to 65535, found '9444'. "
        "Write it without quotes.",
        "  mcpier:instances.demo.userAgent: expected text that matches ^[ -~]{1,300}$, found 5. "
        "Quote it: '5'",
    ]


def test_a_secret_object_is_read_and_not_shown() -> None:
    tls = json.dumps({"mode": "acme", "email": "a@example.org", "dnsProvider": "cloudflare"})
    secrets = json.dumps({"acme": {"CF_DNS_API_TOKEN": "canary", "wrong-name": "canary"}})
    found = load(("secrets",), domain="mcp.example.org", tls=tls, secrets=secrets)
    assert "mcpier:secrets.acme.wrong-name: expected a name of capitals, digits" in found
    assert "canary" not in found


def test_every_problem_is_told_at_once_without_a_traceback() -> None:
    found = load(domain="{not json", instances=json.dumps({"demo": {"type": "playwrong"}}))
    assert found.splitlines() == [
        "the config has 2 problems:",
        "  mcpier:domain: expected a lower-case domain name such as mcp.example.org, "
        "found '{not json'. Type: pulumi config set mcpier:domain mcp.example.org",
        "  mcpier:instances.demo.type: expected a known instance type, found 'playwrong'. "
        "Did you mean playwright?",
    ]


SECRETS = json.dumps({"instances": {"demo": {"env": {"SHOP_LOGIN": "canary"}}}})
INSTANCES = json.dumps({"demo": {"type": "playwright"}})


def test_encrypted_secrets_are_read_and_stay_secret() -> None:
    found = load(("secrets",), domain="mcp.example.org", instances=INSTANCES, secrets=SECRETS)
    assert found.splitlines()[1:] == ["True {'SHOP_LOGIN': 'canary'}"]


def test_secrets_that_are_not_encrypted_are_refused_without_being_shown() -> None:
    assert load(domain="mcp.example.org", instances=INSTANCES, secrets=SECRETS).splitlines() == [
        "the config has 1 problem:",
        "  mcpier:secrets.instances.demo.env.SHOP_LOGIN: expected an encrypted value, found a "
        "plain one. Replace it, for whoever has the file knows it: "
        "pulumi config set --secret --path 'mcpier:secrets.instances.demo.env.SHOP_LOGIN'",
    ]


def test_text_in_place_of_secrets_is_refused_without_being_shown() -> None:
    told = load(domain="mcp.example.org", secrets="canary")
    assert "mcpier:secrets: expected an encrypted value, found a plain one." in told
    assert "canary" not in told


@pytest.mark.parametrize("left", [{}, {"instances": {"demo": {"env": {}}}}, {"acme": {}}])
def test_what_the_removal_of_the_last_secret_leaves_is_no_secret(left: dict[str, Any]) -> None:
    found = load(domain="mcp.example.org", instances=INSTANCES, secrets=json.dumps(left))
    assert found == "dev mcp.example.org [('demo', 'playwright')]"
