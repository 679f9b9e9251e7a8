"""Variables of instances, plain and secret, and the secrets that a config gives."""

import copy
from typing import Any

import pytest

from components.core.errors import ConfigError
from components.core.given import Given, Sealed, read_given
from components.core.instance_type import InstanceType
from components.core.model import StackSpec
from components.core.parse import parse
from components.core.parse_type import parse_type
from tests.core.conftest import TYPE

CANARY = "canary-value-that-nobody-may-see"
KEYED: dict[str, Any] = TYPE | {
    "variables": {
        "API_KEY": {"required": True, "secret": True, "description": "Pays for requests."},
        "REGION": {"required": True, "description": "Where data lives."},
        "NOTE": {"description": "Anything."},
    }
}
OPEN: dict[str, Any] = TYPE | {
    "otherVariables": {"reserved": {"LD_.*": "the loader obeys it"}},
}


def kind(document: dict[str, Any]) -> InstanceType:
    return parse_type("browser", "image/browser", document, "0" * 64)


def stack(
    document: dict[str, Any], env: dict[str, Any] | None = None, secrets: Any = None, **more: Any
) -> StackSpec:
    """A stack of one instance `demo` with a token `alice`."""
    instance = {"type": "browser", "tokens": ["alice"], "env": env or {}, **more}
    config = {"domain": "mcp.example.org", "instances": {"demo": instance}, "secrets": secrets}
    return parse("dev", config, [kind(document)])


def of_demo(**given: Any) -> dict[str, Any]:
    """The secrets of a config, for the instance `demo`."""
    return {"instances": {"demo": given}}


def problems(document: dict[str, Any], *args: Any, **more: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        stack(document, *args, **more)
    return [str(problem) for problem in caught.value.problems]


def test_variables_reach_the_instance_and_secret_ones_only_as_a_mark() -> None:
    secrets = of_demo(env={"API_KEY": CANARY})
    instance = stack(KEYED, {"REGION": "eu"}, secrets).instances[0]
    assert instance.variables == {"REGION": "eu"}
    assert instance.given_secrets
    assert CANARY not in repr(instance)
    assert read_given(secrets).of("demo") == Given(env={"API_KEY": CANARY})


def test_an_instance_without_secrets_of_its_own_carries_no_mark() -> None:
    assert not stack(OPEN, {"A": "b"}).instances[0].given_secrets
    assert not stack(OPEN, {}, of_demo(tokens={"alice": CANARY})).instances[0].given_secrets


def test_missing_variables_are_named_with_what_to_type() -> None:
    assert problems(KEYED) == [
        "mcpier:instances.demo.env.API_KEY: expected a value, found nothing. Pays for requests. "
        "Type: pulumi config set --secret --path 'mcpier:secrets.instances.demo.env.API_KEY'",
        "mcpier:instances.demo.env.REGION: expected a value, found nothing. Where data lives. "
        "Write REGION: and its value below env:",
    ]


def test_secrets_that_cannot_be_read_here_are_not_taken_for_missing() -> None:
    assert stack(KEYED, {"REGION": "eu"}, Sealed()).instances[0].variables == {"REGION": "eu"}


def test_a_secret_in_the_plain_part_is_refused_without_being_shown() -> None:
    told = problems(KEYED, {"REGION": "eu", "API_KEY": CANARY})
    assert told == [
        "mcpier:instances.demo.env.API_KEY: expected nothing here, for it is a secret, found text. "
        "Move it: pulumi config set --secret --path 'mcpier:secrets.instances.demo.env.API_KEY'"
    ]


def test_secrets_in_the_clear_are_refused_by_their_paths() -> None:
    (told,) = problems(OPEN, {}, Sealed(exposed=(".instances.demo.env.A",)))
    assert told.startswith("mcpier:secrets.instances.demo.env.A: expected an encrypted value")


REFUSED = {
    "the type does not know it": (KEYED, "ENDPOINT", "Known here: API_KEY, NOTE, REGION."),
    "it is nearly one that the type knows": (KEYED, "NOTES", "Did you mean NOTE?"),
    "a choice sets it": (OPEN, "MCPIER_SCREEN", "Write the choice screen instead."),
    "the type sets it": (OPEN, "MCPIER_ALLOWED_HOSTS", "Remove it: the type sets it itself."),
    "it is reserved": (OPEN, "LD_PRELOAD", "Remove it: the loader obeys it."),
}


@pytest.mark.parametrize(("document", "name", "remedy"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("secret", [False, True])
def test_a_variable_is_refused_with_the_reason_because(
    document: dict[str, Any], name: str, remedy: str, secret: bool
) -> None:
    needed = {"REGION": "eu"} if document is KEYED else {}
    keys = {"API_KEY": CANARY} if document is KEYED else {}
    there = {name: CANARY}
    told = problems(
        document,
        needed | ({} if secret else there),
        of_demo(env=keys | (there if secret else {})),
    )
    path = "mcpier:secrets.instances" if secret else "mcpier:instances"
    assert told == [
        f"{path}.demo.env.{name}: expected a variable that the type browser leaves to a stack, "
        f"found '{name}'. {remedy}"
    ]


BROKEN: dict[str, tuple[dict[str, Any], Any, str]] = {
    "a number": (
        {"DEPTH": 24},
        None,
        "mcpier:instances.demo.env.DEPTH: expected text, found 24. Quote it: '24'",
    ),
    "a name with a hyphen": (
        {"my-name": "x"},
        None,
        "mcpier:instances.demo.env.my-name: expected a name of letters, digits and underscores, "
        "found 'my-name'. Rename it.",
    ),
    "the same variable in both places": (
        {"A": "x"},
        of_demo(env={"A": CANARY}),
        "mcpier:secrets.instances.demo.env.A: expected a variable that is set once, found text. "
        "Remove it here or from mcpier:instances.demo.env.",
    ),
    "a token that the instance has not": (
        {},
        of_demo(tokens={"alise": CANARY}),
        "mcpier:secrets.instances.demo.tokens.alise: expected the name of one of the instance's "
        "tokens, found 'alise'. Did you mean alice?",
    ),
    "a token that is guessed": (
        {},
        of_demo(tokens={"alice": "short"}),
        "mcpier:secrets.instances.demo.tokens.alice: expected 20 to 512 characters of a bearer "
        "token, found text. "
        "Type: pulumi config set --secret --path 'mcpier:secrets.instances.demo.tokens.alice'",
    ),
    "a VNC password that is longer than it can be": (
        {},
        of_demo(vncPassword=CANARY),
        "mcpier:secrets.instances.demo.vncPassword: expected 8 visible ASCII characters, found "
        "text. Type: pulumi config set --secret --path 'mcpier:secrets.instances.demo.vncPassword'",
    ),
    "an instance that is not there": (
        {},
        {"instances": {"dmeo": {"env": {}}}},
        "mcpier:secrets.instances.dmeo: expected the id of an instance, found 'dmeo'. "
        "Did you mean demo?",
    ),
    "an unknown key": (
        {},
        of_demo(password=CANARY),
        "mcpier:secrets.instances.demo.password: expected a known key, found text. "
        "Did you mean vncPassword?",
    ),
    "secrets that are text": (
        {},
        CANARY,
        "mcpier:secrets: expected a mapping, found text. Write one `key: value` a line below it.",
    ),
}


@pytest.mark.parametrize(("env", "secrets", "message"), BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_named_and_no_secret_shown(
    env: dict[str, Any], secrets: Any, message: str
) -> None:
    assert problems(OPEN, env, secrets) == [message]


def test_tokens_of_one_instance_with_one_value_are_named_and_not_shown() -> None:
    given = of_demo(tokens={"alice": CANARY, "bob": f"{CANARY}-2", "carol": CANARY})
    assert problems(OPEN, {}, given, tokens=["alice", "bob", "carol"]) == [
        "mcpier:secrets.instances.demo.tokens.carol: expected a value of its own, found the value "
        "of mcpier:secrets.instances.demo.tokens.alice. "
        "Type: pulumi config set --secret --path 'mcpier:secrets.instances.demo.tokens.carol'"
    ]


def test_two_tokens_that_are_guessed_are_not_taken_for_one() -> None:
    given = of_demo(tokens={"alice": "short", "bob": "shorter"})
    told = problems(OPEN, {}, given, tokens=["alice", "bob"])
    assert [message.partition(": ")[0] for message in told] == [
        "mcpier:secrets.instances.demo.tokens.alice",
        "mcpier:secrets.instances.demo.tokens.bob",
    ]


def test_a_type_without_a_screen_takes_no_vnc_password() -> None:
    document = copy.deepcopy(OPEN)
    del document["secrets"], document["endpoints"]["vnc"]
    assert problems(document, {}, of_demo(vncPassword="12345678")) == [
        "mcpier:secrets.instances.demo.vncPassword: expected nothing, found text. "
        "Remove it: no instance of this type has a live view."
    ]


def test_values_of_several_lines_are_variables_too() -> None:
    lines = "one\ntwo\n"
    assert stack(OPEN, {"TEXT": lines}).instances[0].variables == {"TEXT": lines}
    assert read_given(of_demo(env={"TEXT": lines})).of("demo").env == {"TEXT": lines}
