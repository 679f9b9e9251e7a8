"""A stack's config: what it becomes, and what is said when it is wrong."""

import copy
import json
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from components.core.errors import ConfigError, nearest
from components.core.model import StackSpec, State
from components.core.stack_yaml import read_yaml

Read = Callable[[dict[str, Any]], StackSpec]
Change = Callable[[dict[str, Any]], object]


def test_instances_come_sorted_by_id_with_a_value_for_every_choice(spec: StackSpec) -> None:
    assert [(item.id, item.state, dict(item.choices)) for item in spec.instances] == [
        ("aside", State.STOPPED, {"screen": "800x600x16", "profile": "ephemeral"}),
        ("demo", State.RUNNING, {"screen": "1920x1080x24", "profile": "ephemeral"}),
    ]


def test_an_instance_has_the_volumes_that_its_choices_ask_for(
    config: dict[str, Any], read: Read
) -> None:
    config["instances"]["demo"]["profile"] = "persistent"
    volumes = {item.id: [volume.path for volume in item.volumes] for item in read(config).instances}
    assert volumes == {"aside": [], "demo": ["/profile"]}


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
        "mcpier:edge.httpsPort: expected a port of its own, found 80, which is httpPort too. "
        "Give each its own.",
    ),
    "a subnet with host bits": (
        lambda c: c["edge"].update(controlSubnet="10.9.0.1/28"),
        "mcpier:edge.controlSubnet: expected a private IPv4 network from /16 to /28, such as "
        "10.77.255.0/28, found '10.9.0.1/28'. Write the network's own address: 10.9.0.0/28",
    ),
    "a public subnet": (
        lambda c: c["edge"].update(controlSubnet="8.8.8.0/28"),
        "mcpier:edge.controlSubnet: expected a private IPv4 network from /16 to /28, such as "
        "10.77.255.0/28, found '8.8.8.0/28'. Pick one in 10.0.0.0/8, 172.16.0.0/12, "
        "192.168.0.0/16.",
    ),
    "an unknown way to a certificate": (
        lambda c: c["tls"].update(mode="magic"),
        "mcpier:tls.mode: expected self-signed, files or acme, found 'magic'. "
        "Write mode: self-signed, or one of the others.",
    ),
    "a web app at a path": (
        lambda c: c.update(webapp={"url": "http://127.0.0.1:8090/app"}),
        "mcpier:webapp.url: expected the URL of a web server such as http://127.0.0.1:8090, "
        "without a path, found 'http://127.0.0.1:8090/app'. Write scheme, host and port of the "
        "web app, as the Docker host reaches it.",
    ),
    "a web app without its scheme": (
        lambda c: c.update(webapp={"url": "127.0.0.1:8090"}),
        "mcpier:webapp.url: expected the URL of a web server such as http://127.0.0.1:8090, "
        "without a path, found '127.0.0.1:8090'. Write scheme, host and port of the "
        "web app, as the Docker host reaches it.",
    ),
    "a web app by another key": (
        lambda c: c.update(webapp={"uri": "http://127.0.0.1:8090"}),
        "mcpier:webapp.uri: expected a known key, found 'http://127.0.0.1:8090'. Did you mean url?",
    ),
    "instances as a list": (
        lambda c: c.update(instances=[]),
        "mcpier:instances: expected a mapping, found a list. "
        "Write one `key: value` a line below it.",
    ),
    "no type": (
        lambda c: c["instances"]["demo"].pop("type"),
        "mcpier:instances.demo.type: expected a known instance type, found nothing. "
        "Known here: browser.",
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
    "a protection that is neither on nor off": (
        lambda c: c["instances"]["demo"].update(protect="yes"),
        "mcpier:instances.demo.protect: expected true or false, found 'yes'. "
        "Write protect: true or protect: false.",
    ),
    "a choice that does not fit": (
        lambda c: c["instances"]["demo"].update(screen="wide"),
        r"mcpier:instances.demo.screen: expected text that matches \d+x\d+x(16|24), found 'wide'. "
        "For example screen: 1920x1080x24. Width, height and depth.",
    ),
    "one token name twice": (
        lambda c: c["instances"]["demo"].update(tokens=["ci", "ci"]),
        "mcpier:instances.demo.tokens[1].name: expected a name used once, found 'ci'. "
        "Give each token its own name.",
    ),
    "an expiry that is no date": (
        lambda c: c["instances"]["demo"].update(tokens=[{"name": "ci", "expires": "2027-02-30"}]),
        "mcpier:instances.demo.tokens[0].expires: expected a date such as 2027-06-30, found "
        "'2027-02-30'. Write year, month and day so.",
    ),
    "one token instead of a list": (
        lambda c: c["instances"]["demo"].update(tokens="alice"),
        "mcpier:instances.demo.tokens: expected a list, found 'alice'. "
        "Write one token name a line, such as `- alice`.",
    ),
    "a token without a name": (
        lambda c: c["instances"]["demo"].update(tokens=[{"generation": 2}]),
        "mcpier:instances.demo.tokens[0].name: expected a name of at most 63 letters, digits, "
        "dots, hyphens and underscores, found nothing. Name who uses it, such as alice or ci.",
    ),
    "a token that is a list": (
        lambda c: c["instances"]["demo"].update(tokens=["a", [{"name": "b"}]]),
        "mcpier:instances.demo.tokens[1]: expected a mapping, found a list. "
        "Write one `key: value` a line below it.",
    ),
    "an id that is a number without anything below it": (
        lambda c: c.update(instances={7: None}),
        "mcpier:instances.7.type: expected a known instance type, found nothing. "
        "Known here: browser.",
    ),
    "a key that is a number": (
        lambda c: c["edge"].update({80: "open"}),
        "mcpier:edge.80: expected a known key, found 'open'. "
        "Known here: adminPort, controlSubnet, httpPort, httpsPort.",
    ),
    "a subnet that is a number": (
        lambda c: c["edge"].update(controlSubnet=10),
        "mcpier:edge.controlSubnet: expected a private IPv4 network from /16 to /28, such as "
        "10.77.255.0/28, found 10. "
        "Write an address, a slash and a prefix, of what nothing on the Docker host uses.",
    ),
    "a base with a space": (
        lambda c: c.update(bases={"node": "node 22"}),
        "mcpier:bases.node: expected an image reference such as node:22-bookworm-slim, "
        "found 'node 22'. Name an image with its tag or digest.",
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


def test_a_token_whose_name_is_wrong_is_not_told_to_be_unique_too(
    config: dict[str, Any], read: Read
) -> None:
    config["instances"]["demo"]["tokens"] = ["a b", "c d"]
    with pytest.raises(ConfigError) as caught:
        read(config)
    assert [problem.path for problem in caught.value.problems] == [
        "mcpier:instances.demo.tokens[0].name",
        "mcpier:instances.demo.tokens[1].name",
    ]


def test_an_id_may_look_like_a_number(read: Read) -> None:
    spec = read({"domain": "mcp.example.org", "instances": {7: {"type": "browser"}}})
    assert [instance.id for instance in spec.instances] == ["7"]


def test_origins_are_kept_as_written(config: dict[str, Any], read: Read) -> None:
    config["instances"]["demo"]["origins"] = ["https://app.example.org", "http://127.0.0.1:3000"]
    assert read(config).instances[1].origins == (
        "https://app.example.org",
        "http://127.0.0.1:3000",
    )


def test_a_long_text_is_cut_where_an_error_shows_it(config: dict[str, Any], read: Read) -> None:
    config["tls"] = {"mode": "x" * 1000}
    with pytest.raises(ConfigError) as caught:
        read(config)
    assert caught.value.problems[0].found == f"'{'x' * 57}…'"


@pytest.mark.parametrize("value", [{"k": "hunter2"}, ["hunter2"], b"hunter2"])
def test_what_is_inside_a_value_is_never_shown(
    value: object, config: dict[str, Any], read: Read
) -> None:
    config["tls"] = {"mode": value}
    with pytest.raises(ConfigError) as caught:
        read(config)
    assert "hunter2" not in str(caught.value)


def test_an_unknown_name_among_none_is_told_to_go() -> None:
    assert nearest("x", []) == "Nothing is known here: remove it."


def test_five_hundred_instances_are_read_at_once(config: dict[str, Any], read: Read) -> None:
    instance = {
        "type": "browser",
        "tokens": ["alice", {"name": "bob", "generation": 2}],
        "origins": ["https://app.example.org"],
        "screen": "800x600x16",
    }
    config["instances"] = {f"i{number}": instance for number in range(500)}
    text = json.dumps(config)
    begin = time.process_time()
    found: Any = read_yaml(text)
    assert len(read(found).instances) == 500
    # Three times what it is meant to take at most, for a machine that does other work.
    assert time.process_time() - begin < 0.9


@pytest.mark.parametrize("written", ["2027-06-30", date(2027, 6, 30), "2027-06-30T00:00:00Z"])
def test_an_expiry_may_be_quoted_or_not(
    written: object, config: dict[str, Any], read: Read
) -> None:
    config["instances"]["demo"]["tokens"] = [{"name": "ci", "expires": written}]
    assert read(config).instances[1].tokens[0].expires == "2027-06-30"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8090", "https://app.internal", "http://[::1]:8090", "http://web:80"]
)
def test_a_web_app_is_a_web_server_that_the_host_reaches(
    url: str, config: dict[str, Any], read: Read
) -> None:
    assert read(config).webapp is None
    assert read(config | {"webapp": {"url": url}}).webapp == url


def test_one_operator_may_open_the_portal_unless_others_are_named(
    config: dict[str, Any], read: Read
) -> None:
    assert [token.name for token in read(config).operators] == ["operator"]
    named = read(config | {"operators": ["alice", {"name": "bob", "generation": 2}]})
    assert [(each.name, each.generation) for each in named.operators] == [("alice", 1), ("bob", 2)]
    assert read(config | {"operators": []}).operators == ()


def test_operators_beside_a_web_app_are_warned_of(config: dict[str, Any], read: Read) -> None:
    webapp = {"url": "http://127.0.0.1:8090"}
    (warning,) = read(config | {"operators": ["alice"], "webapp": webapp}).warnings
    assert warning.startswith("mcpier:operators opens nothing: ")
    assert read(config | {"webapp": webapp}).warnings == ()
