"""A stack's config: what it becomes, and what is said when it is wrong."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from components.core.errors import ConfigError
from components.core.model import StackSpec, State

Read = Callable[[dict[str, Any]], StackSpec]
Change = Callable[[dict[str, Any]], object]


def test_instances_come_sorted_by_id_with_a_value_for_every_choice(spec: StackSpec) -> None:
    assert [(item.id, item.state, dict(item.choices)) for item in spec.instances] == [
        ("aside", State.STOPPED, {"screen": "800x600x16"}),
        ("demo", State.RUNNING, {"screen": "1920x1080x24"}),
    ]


def test_a_token_is_a_name_or_a_name_with_generation_and_expiry(
    config: dict[str, Any], read: Read
) -> None:
    config["instances"]["demo"]["tokens"] = ["a", {"name": "b", "expires": "2027-06-30"}]
    tokens = read(config).instances[1].tokens
    assert [(token.name, token.generation, token.expires) for token in tokens] == [
        ("a", 1, None),
        ("b", 1, "2027-06-30"),
    ]


def test_what_is_not_written_has_the_documented_default(read: Read) -> None:
    spec = read({"domain": "mcp.example.org"})
    assert (spec.edge.http_port, spec.edge.https_port, spec.edge.admin_port) == (80, 443, 9443)
    assert str(spec.edge.control_subnet) == "10.77.255.0/28"
    assert spec.bases.traefik == "traefik:v3.7.15"
    assert spec.instances == ()


def test_authgate_gets_the_first_address_behind_the_gateway(spec: StackSpec) -> None:
    assert str(spec.edge.authgate_address) == "10.9.0.2"


BROKEN: dict[str, tuple[Change, str]] = {
    "no domain": (
        lambda c: c.pop("domain"),
        "mcpier:domain: expected a lower-case domain name such as mcp.example.org, found nothing. "
        "Type: pulumi config set mcpier:domain mcp.example.org",
    ),
    "a domain of one label": (
        lambda c: c.update(domain="localhost"),
        "mcpier:domain: expected a lower-case domain name such as mcp.example.org, "
        "found 'localhost'. Type: pulumi config set mcpier:domain mcp.example.org",
    ),
    "an unknown key": (
        lambda c: c.update(instanses={}),
        "mcpier:instanses: expected a known key, found a mapping. Did you mean instances?",
    ),
    "an unknown key of an instance": (
        lambda c: c["instances"]["demo"].update(sreen="1x1x16"),
        "mcpier:instances.demo.sreen: expected a known key, found '1x1x16'. Did you mean screen?",
    ),
    "a port that is none": (
        lambda c: c["edge"].update(httpsPort=70000),
        "mcpier:edge.httpsPort: expected a whole number from 1 to 65535, found 70000. "
        "Pick a port that is free on the Docker host.",
    ),
    "a port that is true": (
        lambda c: c["edge"].update(httpPort=True),
        "mcpier:edge.httpPort: expected a whole number from 1 to 65535, found true. "
        "Pick a port that is free on the Docker host.",
    ),
    "one port twice": (
        lambda c: c["edge"].update(httpsPort=80),
        "mcpier:edge.httpsPort: expected three different ports, found 80. Give each its own port.",
    ),
    "a subnet with host bits": (
        lambda c: c["edge"].update(controlSubnet="10.9.0.1/28"),
        "mcpier:edge.controlSubnet: expected a private IPv4 network from /16 to /29, such as "
        "10.77.255.0/28, found '10.9.0.1/28'. Write the network's own address: no host bits may "
        "be set.",
    ),
    "a public subnet": (
        lambda c: c["edge"].update(controlSubnet="8.8.8.0/28"),
        "mcpier:edge.controlSubnet: expected a private IPv4 network from /16 to /29, such as "
        "10.77.255.0/28, found '8.8.8.0/28'. Write the network's own address: no host bits may "
        "be set.",
    ),
    "an unknown way to a certificate": (
        lambda c: c["tls"].update(mode="magic"),
        "mcpier:tls.mode: expected self-signed, found 'magic'. Write mode: self-signed.",
    ),
    "instances as a list": (
        lambda c: c.update(instances=[]),
        "mcpier:instances: expected a mapping, found a list. "
        "Write one `key: value` a line below it.",
    ),
    "no type": (
        lambda c: c["instances"]["demo"].pop("type"),
        "mcpier:instances.demo.type: expected the name of an instance type, found nothing. "
        "Known types: browser.",
    ),
    "an unknown type": (
        lambda c: c["instances"]["demo"].update(type="browsr"),
        "mcpier:instances.demo.type: expected a known instance type, found 'browsr'. "
        "Did you mean browser?",
    ),
    "an id that is no host name": (
        lambda c: c["instances"].update({"De_mo": {"type": "browser"}}),
        "mcpier:instances.De_mo: expected an id of at most 40 lower-case letters, digits and "
        "inner hyphens, found 'De_mo'. Rename it: it becomes the host name mcp-<id>.<domain>.",
    ),
    "a state that is none": (
        lambda c: c["instances"]["demo"].update(state="paused"),
        "mcpier:instances.demo.state: expected running or stopped, found 'paused'. "
        "Write state: running or state: stopped.",
    ),
    "a choice that does not fit": (
        lambda c: c["instances"]["demo"].update(screen="wide"),
        r"mcpier:instances.demo.screen: expected text that matches \d+x\d+x(16|24), found 'wide'. "
        "For example screen: 1920x1080x24. Width, height and depth.",
    ),
    "one token name twice": (
        lambda c: c["instances"]["demo"].update(tokens=["ci", "ci"]),
        "mcpier:instances.demo.tokens[1].name: expected a name used once, found 'ci'. "
        "Give each token of an instance its own name.",
    ),
    "an expiry that is no date": (
        lambda c: c["instances"]["demo"].update(tokens=[{"name": "ci", "expires": "2027-02-30"}]),
        "mcpier:instances.demo.tokens[0].expires: expected a date such as 2027-06-30, found "
        "'2027-02-30'. Quote it: expires: '2027-06-30'.",
    ),
    "an origin with a path": (
        lambda c: c["instances"]["demo"].update(origins=["https://a.example.org/x"]),
        "mcpier:instances.demo.origins[0]: expected an origin such as https://app.example.org, "
        "found 'https://a.example.org/x'. Write scheme and host only, in lower case, without a "
        "path.",
    ),
}


@pytest.mark.parametrize(("change", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_config_is_named_with_what_to_do(
    change: Change, message: str, config: dict[str, Any], read: Read
) -> None:
    broken = copy.deepcopy(config)
    change(broken)
    with pytest.raises(ConfigError) as caught:
        read(broken)
    assert [str(problem) for problem in caught.value.problems] == [message]


def test_all_problems_come_at_once(config: dict[str, Any], read: Read) -> None:
    config |= {"domain": "X", "instanses": {}, "tls": {"mode": "magic"}}
    with pytest.raises(ConfigError) as caught:
        read(config)
    assert [problem.path for problem in caught.value.problems] == [
        "mcpier:domain",
        "mcpier:instanses",
        "mcpier:tls.mode",
    ]
    assert str(caught.value).startswith("the config has 3 problems:\n  mcpier:domain: ")
