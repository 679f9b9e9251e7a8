"""The secrets of a stack: drawn once, kept encrypted in its state, and derived from there."""

import pulumi
from pulumi_command import local

from components.core.certificates import Certificates, issue
from components.core.given import AllGiven
from components.core.model import SelfSigned, StackSpec
from components.core.secrets import Root

NOW = "date -u +%s"
# printf is the shell's own: the secret enters no other process's arguments.
KEEP_OUTPUT = """printf '%s\\n' "$PULUMI_COMMAND_STDOUT\""""


class Vault(pulumi.ComponentResource):
    """Draws the root of all secrets, and notes when each generation of the certificate began.

    What the config gives takes the place of what the root would. `certificates` is there where the
    stack has a CA of its own.
    """

    root: pulumi.Output[Root]
    certificates: pulumi.Output[Certificates] | None

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
        self.root = pulumi.Output.secret(
            pulumi.Output.all(drawn.stdout, given).apply(lambda found: Root.parse(*found))
        )
        self.certificates = None
        if isinstance(spec.tls, SelfSigned):
            self.certificates = self._issue(name, spec.domain, spec.tls)
        self.register_outputs({})

    def _issue(self, name: str, domain: str, tls: SelfSigned) -> pulumi.Output[Certificates]:
        issued = local.Command(
            f"{name}-certificate-issued",
            create=NOW,
            triggers=[tls.generation],
            logging=local.Logging.NONE,
            add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return pulumi.Output.all(root=self.root, at=issued.stdout).apply(
            lambda found: issue(
                found["root"], domain, generation=tls.generation, issued_at=int(found["at"])
            )
        )

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
