"""Who runs each command of the pages: the one place where one is let off.

`make check` fails over a command without a rule, and over a rule without a command.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.docs.pages import Command


@dataclass(frozen=True, kw_only=True)
class Here:
    """`tests/cli/test_pages.py` types it, as it stands, on its own stack."""


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A test does the same with other names or ports; `test` is its file, or `file::function`."""

    test: str


@dataclass(frozen=True, kw_only=True)
class Nowhere:
    """No test can run it."""

    because: str


Rule = Here | Elsewhere | Nowhere
POLICY = Elsewhere(test="tests/e2e/test_policy.py")
BACKUP = Elsewhere(test="tests/e2e/test_backup.py")
COMPOSE = Elsewhere(test="tests/cli/test_compose.py")
SERVED_GATE = Elsewhere(test="tests/authgate/test_served_process.py")
GATE_ALONE = Elsewhere(test="tests/e2e/test_gate_alone.py")
# The first pattern (of fnmatch) that fits a command decides.
RULES: tuple[tuple[str, Rule], ...] = (
    # What a stack takes to be up, or changes one.
    ("make up", Elsewhere(test="tests/cli/conftest.py::operator")),
    ("make up STACK=prod", Elsewhere(test="tests/e2e/test_example_stacks.py")),
    ("make preview STACK=prod", Here()),
    ("git pull", Nowhere(because="a checkout of the tests is no clone")),
    ("make test", Nowhere(because="it is the run that this is a part of")),
    # The command line.
    (".venv/bin/mcpier compose *", COMPOSE),
    ("docker-compose --file *", COMPOSE),
    ("* python demo.py", Elsewhere(test="tests/edge/test_clients.py")),
    (".venv/bin/mcpier preview --json", Elsewhere(test="tests/cli/test_tokens.py")),
    (
        ".venv/bin/mcpier view demo --watch",
        Elsewhere(test="tests/console/test_command_line.py"),
    ),
    (".venv/bin/mcpier st* notes --stack prod", Elsewhere(test="tests/cli/test_running.py")),
    (".venv/bin/mcpier *", Here()),
    # Pulumi by hand.
    ("PULUMI_OPTION_POLICY_PACK=policy make up", POLICY),
    ("pulumi * --policy-pack *", POLICY),
    ('eval "$(make -s env*', Here()),
    (
        "pulumi config set --secret * --stack dev",
        Elsewhere(test="tests/e2e/conftest.py::deployment"),
    ),
    ("pulumi config set *", Here()),
    ("pulumi stack export *", BACKUP),
    ("pulumi stack i*", BACKUP),
    ("docker run --rm --volume *", BACKUP),
    ("pulumi preview *", Here()),
    ("pulumi stack output *", Here()),
    # What goes with them.
    ("umask 077", Here()),
    ("cp stacks/Pulumi.example.yaml *", Here()),
    ("export PULUMI_CONFIG_PASSPHRASE_FILE=*", Here()),
    ("curl --cacert ca.pem *", Here()),
    # The parts by themselves.
    ("ask*", Here()),
    ("docker run -d * <image>", Elsewhere(test="tests/image/conftest.py")),
    ("docker build --tag authgate .", GATE_ALONE),
    ("docker run * authgate*", GATE_ALONE),
    ("python3 -m venv .venv && *", SERVED_GATE),
    ("export AUTHGATE_*", SERVED_GATE),
    ("cd .. && * authgate serve", SERVED_GATE),
    ("uv pip compile *", Nowhere(because="it asks a package registry for newer versions")),
)


def rule_of(command: Command) -> Rule | None:
    """What is said about a command."""
    fitting = (rule for pattern, rule in RULES if fnmatchcase(command.plain, pattern))
    return next(fitting, None)
