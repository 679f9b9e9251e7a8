"""The secrets of a stack: drawn once, kept encrypted in its state, and derived from there."""

import pulumi
from pulumi_command import local

from components.core.certificates import Certificates, issue
from components.core.given import AllGiven
from components.core.model import StackSpec
from components.core.secrets import Root

NOW = "date -u +%s"
# printf is the shell's own: the secret enters no other process's arguments.
KEEP_OUTPUT = """printf '%s\\n' "$PULUMI_COMMAND_STDOUT\""""


class Vault(pulumi.ComponentResource):
    """Draws the root of all secrets, and notes when each generation of the certificate began.

    What the config gives takes the place of what the root would.
    """

    root: pulumi.Output[Root]
    certificates: pulumi.Output[Certificates]

    def __init__(
        self,
        name: str,
        spec: StackSpec,
        *,
        given: pulumi.Output[AllGiven],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("mcpier:index:Vault", name, {}, opts)
        drawn = self._draw(f"{name}-root")
        issued = local.Command(
            f"{name}-certificate-issued",
            create=NOW,
            triggers=[spec.tls.generation],
            logging=local.Logging.NONE,
            add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.root = pulumi.Output.secret(
            pulumi.Output.all(drawn.stdout, given).apply(lambda found: Root.parse(*found))
        )
        self.certificates = pulumi.Output.all(root=self.root, at=issued.stdout).apply(
            lambda found: issue(
                found["root"],
                spec.domain,
                generation=spec.tls.generation,
                issued_at=int(found["at"]),
            )
        )
        self.register_outputs({})

    def _draw(self, name: str) -> local.Command:
        return local.Command(
            name,
            create=f"head -c 32 /dev/urandom | base64 && {NOW}",
            # Never again: whatever changes here, the output stays what it was.
            update=KEEP_OUTPUT,
            logging=local.Logging.NONE,
            add_previous_output_in_env=True,
            opts=pulumi.ResourceOptions(
                parent=self,
                additional_secret_outputs=["stdout", "stderr"],
                ignore_changes=["create"],
            ),
        )
