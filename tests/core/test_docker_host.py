"""Which engine a stack is deployed to: how a file names it, and what leads programs there."""

import json
from collections.abc import Mapping

import pytest
import yaml

from components.core.docker_host import docker_variables, host_named_in
from components.core.errors import ConfigError
from components.core.model import StackSpec
from components.core.parse import parse
from components.core.surroundings import Surroundings

SSH = "ssh://deploy@docker.example.org:2222"
TCP = "tcp://docker.example.org:2376"
DOMAIN = {"domain": "mcp.example.org"}


def parsed(host: object, environment: Mapping[str, str] | None = None) -> StackSpec:
    surroundings = Surroundings(environment=environment)
    return parse("prod", {**DOMAIN, "docker": {"host": host}}, [], surroundings)


def problems(host: object, environment: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parsed(host, environment)
    return [str(problem) for problem in caught.value.problems]


def test_a_stack_that_names_no_engine_leaves_it_to_the_environment() -> None:
    surroundings = Surroundings(environment={"DOCKER_HOST": SSH})
    assert parse("prod", DOMAIN, [], surroundings).docker_host is None
    assert host_named_in(yaml.safe_dump({"config": {"mcpier:domain": "a.b"}})) is None


@pytest.mark.parametrize("host", [SSH, TCP, "ssh://box", "ssh://10.0.0.2", "tcp://[::1]:2376"])
def test_every_way_to_write_a_stack_file_names_the_same_engine(host: str) -> None:
    config = {"config": {"mcpier:domain": "a.b", "mcpier:docker": {"host": host}}}
    written = [
        yaml.safe_dump(config),
        yaml.safe_dump(config, default_flow_style=True),
        json.dumps(config),
        f"config:\n  mcpier:docker: # where it runs\n    # ours\n    host: '{host}' # the box\n",
        f'config:\n  mcpier:docker: {{host: "{host}"}}\n',
    ]
    for text in written:
        assert yaml.safe_load(text)["config"]["mcpier:docker"] == {"host": host}
        assert host_named_in(text) == host
    assert parsed(host).docker_host == host


def test_an_engine_in_a_comment_is_none() -> None:
    assert host_named_in(f"config:\n  #mcpier:docker:\n  #  host: {SSH}\n") is None


@pytest.mark.parametrize(
    "host",
    [
        "docker.example.org",
        "unix:///var/run/docker.sock",
        "http://docker.example.org:2375",
        "tcp://docker.example.org",
        "ssh://deploy:password@docker.example.org",
        "ssh://-oProxyCommand=x",
        "ssh://docker.example.org/run/docker.sock",
        2376,
    ],
)
def test_what_is_no_address_of_an_engine_is_refused(host: object) -> None:
    (problem,) = problems(host)
    assert problem.startswith(
        "mcpier:docker.host: expected an engine such as ssh://deploy@docker.example.org or "
        "tcp://docker.example.org:2376, found "
    )
    assert problem.endswith("Name it as ssh://USER@HOST, or tcp://HOST:PORT where it serves TLS.")


def test_nothing_else_is_known_of_an_engine() -> None:
    with pytest.raises(ConfigError, match=r"mcpier:docker\.hst: .* Did you mean host\?"):
        parse("prod", {**DOMAIN, "docker": {"hst": SSH}}, [])


@pytest.mark.parametrize("host", [SSH, TCP])
def test_the_variables_of_an_engine_lead_there(host: str) -> None:
    environment = {"DOCKER_CERT_PATH": "/certificates", **docker_variables(host)}
    assert parsed(host, environment).docker_host == host


def test_pulumi_typed_without_the_variables_is_refused_with_what_to_type() -> None:
    assert problems(SSH, {}) == [
        f"mcpier:docker.host: expected the environment to lead to {SSH}, found DOCKER_HOST=''. "
        'Type: eval "$(make -s env STACK=prod)"'
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOCKER_HOST", "ssh://elsewhere"),
        ("DOCKER_CONTEXT", "desktop"),
        ("DOCKER_CERT_PATH", "/certificates"),
        ("DOCKER_TLS_VERIFY", "1"),
    ],
)
def test_a_variable_that_leads_elsewhere_is_named(name: str, value: str) -> None:
    (problem,) = problems(SSH, {**docker_variables(SSH), name: value})
    assert f"found {name}='{value}'." in problem


def test_tls_without_certificates_is_refused_with_what_to_type() -> None:
    assert problems(TCP, docker_variables(TCP)) == [
        "mcpier:docker.host: expected DOCKER_CERT_PATH to name a folder with ca.pem, cert.pem and "
        "key.pem, found nothing. Type: export DOCKER_CERT_PATH=/path/to/folder"
    ]


def test_it_is_told_beside_every_other_problem() -> None:
    surroundings = Surroundings(environment={})
    with pytest.raises(ConfigError) as caught:
        parse("prod", {"domain": "?", "docker": {"host": SSH}}, [], surroundings)
    assert [problem.path for problem in caught.value.problems] == [
        "mcpier:docker.host",
        "mcpier:domain",
    ]
