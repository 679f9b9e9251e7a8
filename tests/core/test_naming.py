"""Names and labels of what a stack has on its Docker host."""

import pytest

from components.core import naming


def test_a_name_on_the_host_tells_stack_and_part() -> None:
    assert naming.host_name("dev", "traefik") == "mcpier-dev-traefik"


def test_every_object_tells_its_stack_and_role() -> None:
    assert naming.labels("dev", "traefik") == {
        "mcpier.role": "traefik",
        "mcpier.stack": "dev",
    }


def test_what_belongs_to_an_instance_tells_which_and_of_what_type() -> None:
    assert naming.instance_labels("dev", "demo", "browser") == {
        "mcpier.role": "instance",
        "mcpier.stack": "dev",
        "mcpier.instance": "demo",
        "mcpier.type": "browser",
    }


@pytest.mark.parametrize(
    ("port", "authority"), [(443, "a.example"), (8443, "a.example:8443"), (80, "a.example:80")]
)
def test_only_the_port_of_https_goes_without_saying(port: int, authority: str) -> None:
    assert naming.authority("a.example", port) == authority
