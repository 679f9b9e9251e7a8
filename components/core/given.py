"""Secrets that a config gives: an instance's secret variables, and values in place of derived ones.

They are kept apart from `StackSpec`, which may be shown to anybody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce

from components.core.errors import Problem
from components.core.keys import ANYTHING, below
from components.core.section import Section

# What a header `Authorization: Bearer …` can carry (RFC 6750, section 2.1), and nobody guesses.
TOKEN = r"[A-Za-z0-9._~+/-]{20,512}=*"
# The protocol knows 8 characters and no more; fewer are guessed too soon.
VNC_PASSWORD = r"[!-~]{8}"
VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
# As lego's DNS providers name what they ask for.
PROVIDER_VARIABLE = r"[A-Z][A-Z0-9_]*"
# lego leaves them to the AWS SDK, which takes none of them from a file (lego's page on route53).
AWS_SDK_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_ASSUME_ROLE_ARN",
    "AWS_DEFAULT_REGION",
    "AWS_EXTERNAL_ID",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SDK_LOAD_CONFIG",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
AWS_FILE = "AWS_SHARED_CREDENTIALS_FILE"
KEY = "secrets"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a config gives of one instance: variables and tokens by name."""

    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    vnc_password: str | None = field(default=None, repr=False)

    @property
    def reaches_container(self) -> bool:
        """Whether the instance's container gets any of it."""
        return bool(self.env) or self.vnc_password is not None


NOTHING = Given()


@dataclass(frozen=True, kw_only=True)
class AllGiven:
    """All that a config gives: of instances by id, to ACME's DNS provider by its variables."""

    instances: Mapping[str, Given] = field(default_factory=dict, repr=False)
    acme: Mapping[str, str] = field(default_factory=dict, repr=False)

    def of(self, instance: str) -> Given:
        """What is given of an instance."""
        return self.instances.get(instance, NOTHING)


@dataclass(frozen=True)
class Sealed:
    """Stands for secrets that cannot be read here.

    `exposed` are the paths below them of what is not encrypted; an empty one stands for all.
    """

    exposed: tuple[str, ...] = ()


def exposed_paths(written: object, path: str = "") -> Iterator[str]:
    """The paths below the secrets, as a stack file has them, of what Pulumi has not encrypted."""
    if not isinstance(written, Mapping):
        yield path
    elif set(written) != {"secure"}:
        for key, entry in written.items():
            yield from exposed_paths(entry, below(path, str(key)))


def parse_given(root: Section) -> AllGiven | None:
    """The given secrets, or None where they cannot be read."""
    written = root.value(KEY)
    if isinstance(written, Sealed):
        root.has(KEY)
        root.problems.extend(_exposed(root.at(KEY), path) for path in written.exposed)
        return None
    section = root.hidden(KEY)
    found = AllGiven(
        instances={id_: _instance(entry) for id_, entry in section.sections("instances")},
        acme=_acme(section.section("acme")),
    )
    section.close()
    return found


def read_given(document: object) -> AllGiven:
    """The same of a document in which `parse_given` has found no problem."""
    return parse_given(Section("mcpier:", {KEY: document}, [])) or AllGiven()


def secret_path(*keys: str) -> str:
    """The path of what is given, by the keys below `mcpier:secrets`."""
    return reduce(below, keys, f"mcpier:{KEY}")


def set_secret(path: str) -> str:
    """The command that sets a secret of the config."""
    return f"pulumi config set --secret --path '{path}'"


def _exposed(secrets: str, below: str) -> Problem:
    path = secrets + (below or ".instances.<id>.env.<NAME>")
    return Problem(
        path=secrets + below,
        expected="an encrypted value",
        found="a plain one",
        remedy=f"Replace it, for whoever has the file knows it: {set_secret(path)}",
    )


def _instance(entry: Section) -> Given:
    given = Given(
        env=_named(entry.section("env"), VARIABLE, r"[^\0]*", "text"),
        tokens=_named(
            entry.section("tokens"), ANYTHING, TOKEN, "20 to 512 characters of a bearer token"
        ),
        vnc_password=entry.text(
            "vncPassword",
            pattern=VNC_PASSWORD,
            expected="8 visible ASCII characters",
            remedy=f"Type: {set_secret(entry.at('vncPassword'))}",
        )
        if entry.has("vncPassword")
        else None,
    )
    entry.close()
    return given


def _acme(section: Section) -> dict[str, str]:
    found = _named(section, PROVIDER_VARIABLE, r"[^\0]*", "text")
    file = f"its value is what a credentials file holds. Type: {set_secret(section.at(AWS_FILE))}"
    for name in found:
        if name in AWS_SDK_VARIABLES:
            expected = "a variable that can be read from a file"
            section.mismatch(name, expected, name, f"Give {AWS_FILE} instead; {file}")
        if f"{name}_FILE" in found:
            section.mismatch(name, f"either {name} or {name}_FILE", "both", "Remove one of them.")
    return found


def _named(section: Section, name: str, value: str, expected: str) -> dict[str, str]:
    found = {}
    letters = "capitals" if name == PROVIDER_VARIABLE else "letters"
    for each in section.names(name, expected=f"a name of {letters}, digits and underscores"):
        remedy = f"Type: {set_secret(section.at(each))}"
        found[each] = section.text(each, pattern=value, expected=expected, remedy=remedy)
    return found
