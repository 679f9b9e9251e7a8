"""What Traefik needs to have its certificate issued by ACME: a memory, and credentials."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_command import local

from components.container import Mount
from components.core.flags import ACME_CA_FILE, ACME_DIR, ACME_SECRETS_DIR, acme_environment
from components.core.given import AllGiven
from components.core.model import Acme, StackSpec
from components.core.naming import labels
from components.core.secrets import Root
from components.vault import Vault
from components.volume import File, declare_volume, write_files

ROLE = "acme"
SECRETS = "acme-secrets"
FINGERPRINT = "mcpier.acme-credentials"


class AcmeFiles(pulumi.ComponentResource):
    """A volume for accounts and certificates, and one for the credentials of the DNS provider.

    Traefik waits for `written`. It reads credentials once, when it first needs them: their
    fingerprint stands in `labels`, so that a container with other credentials is another one.
    """

    written: local.Command
    mounts: Sequence[Mount]
    environment: Mapping[str, str]
    labels: Mapping[str, pulumi.Input[str]]

    def __init__(
        self,
        name: str,
        spec: StackSpec,
        acme: Acme,
        *,
        vault: Vault,
        files_image: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("mcpier:index:AcmeFiles", name, {}, opts)
        marks = labels(spec.stack, ROLE)
        issued = declare_volume(ROLE, spec.stack, marks, self)
        secrets = declare_volume(SECRETS, spec.stack, marks, self)
        self.written = write_files(
            f"{name}-files",
            spec.stack,
            image=files_image,
            volumes={SECRETS: secrets.name},
            files=vault.root.apply(lambda root: _files(acme, root.given)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.mounts = [
            Mount(volume=issued.name, path=ACME_DIR, read_only=False),
            Mount(volume=secrets.name, path=ACME_SECRETS_DIR),
        ]
        self.environment = acme_environment(acme)
        fingerprint = vault.root.apply(lambda root: _fingerprint(root, acme))
        self.labels = {FINGERPRINT: pulumi.Output.unsecret(fingerprint)}
        self.register_outputs({})


def _files(acme: Acme, given: AllGiven) -> list[File]:
    files = [
        File(path=f"{SECRETS}/{name}", content=value) for name, value in sorted(given.acme.items())
    ]
    return (
        files
        if acme.ca is None
        else [*files, File(path=f"{SECRETS}/{ACME_CA_FILE}", content=acme.ca)]
    )


def _fingerprint(root: Root, acme: Acme) -> str:
    """Says whether credentials are other ones, and nothing else: the root keys it."""
    written = [part for pair in sorted(root.given.acme.items()) for part in pair]
    return root.derive("acme credentials", *written, acme.ca or "").hex()[:16]
