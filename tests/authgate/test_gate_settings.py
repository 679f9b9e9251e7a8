"""The environment: every bad value named at once."""

from pathlib import Path

import pytest

from authgate.errors import AuthgateError
from authgate.settings import Settings, load_settings


def test_a_domain_is_all_that_has_to_be_said() -> None:
    settings = load_settings({"AUTHGATE_DOMAIN": "MCP.Example.org.", "PATH": "/bin"})
    assert settings == Settings("mcp.example.org", Path("/registry"), 443, "0.0.0.0")


def test_every_bad_value_is_named_at_once() -> None:
    environ = {
        "AUTHGATE_DOMAIN": "bad_domain",
        "AUTHGATE_PUBLIC_PORT": "70000",
        "AUTHGATE_LISTEN": "localhost",
        "AUTHGATE_REGISTRY": " ",
        "AUTHGATE_DOMIAN": "x",
    }
    with pytest.raises(AuthgateError) as raised:
        load_settings(environ)
    problems = raised.value.problems
    assert {problem.partition(":")[0] for problem in problems} == set(environ)
    assert "AUTHGATE_DOMIAN: no such setting; did you mean AUTHGATE_DOMAIN?" in problems


@pytest.mark.parametrize("port", ["0", "-1", "", "x", "1e3", " 443", "\u0664\u0664\u0663"])
def test_a_port_is_a_number_from_1_to_65535(port: str) -> None:
    with pytest.raises(AuthgateError, match="AUTHGATE_PUBLIC_PORT"):
        load_settings({"AUTHGATE_DOMAIN": "example.org", "AUTHGATE_PUBLIC_PORT": port})
