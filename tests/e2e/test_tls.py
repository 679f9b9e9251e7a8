"""Every way to a certificate, on a stack whose clients never rest."""

import ssl
from pathlib import Path

from cryptography import x509

from tests.authority import pem
from tests.e2e import pebble
from tests.e2e.deployment import docker
from tests.e2e.tls_stack import (
    APP,
    DOMAIN,
    HOST,
    HTTPS_PORT,
    SELF_SIGNED,
    STACK,
    TRAEFIK,
    TlsStack,
)
from tests.e2e.watching import served_serial
from tests.waiting import until

WILDCARD = f"*.{DOMAIN}"
FOLLOWER = f"mcpier-{STACK}-certificates"
PASSWORD = "canary-of-the-dns-provider"


def serial_of(chain: str) -> int:
    return x509.load_pem_x509_certificate(chain.encode()).serial_number


def in_state(tls_stack: TlsStack) -> str:
    """The stack's state as it is kept."""
    return tls_stack.deployment.pulumi("stack", "export", "--stack", STACK).stdout


def test_a_raised_generation_reaches_clients_without_a_restart_or_a_break(
    tls_stack: TlsStack,
) -> None:
    with tls_stack.unharmed() as clients:
        tls_stack.switch({**SELF_SIGNED, "generation": 2})
        until(lambda: len(clients.seen) > 1, 20, "the new certificate is not served")
    assert len(clients.seen) == 2


def test_a_pair_that_is_brought_takes_the_place_of_the_stacks_own(tls_stack: TlsStack) -> None:
    chain, key = tls_stack.authority.pair(WILDCARD, days=8.5)
    (tls_stack.deployment.directory / "wildcard.crt").write_text(chain)
    (tls_stack.deployment.directory / "wildcard.key").write_text(key)
    with tls_stack.unharmed() as clients:
        said = tls_stack.switch(
            {"mode": "files", "certFile": "wildcard.crt", "keyFile": "wildcard.key"}
        )
        until(lambda: clients.seen[-1] == serial_of(chain), 20, "the pair is not served")
    assert "warning: mcpier:tls.certFile: the certificate ends on" in said
    assert key.splitlines()[1] not in in_state(tls_stack)
    tls_stack.expects_no_changes()


def test_a_pair_that_does_not_match_is_refused_before_anything_is_changed(
    tls_stack: TlsStack,
) -> None:
    before = tls_stack.serial()
    chain, _ = tls_stack.authority.pair(WILDCARD)
    (tls_stack.deployment.directory / "other.crt").write_text(chain)
    tls_stack.write({"mode": "files", "certFile": "other.crt", "keyFile": "wildcard.key"})
    for target in ("preview", "up"):
        done = tls_stack.deployment.make_target(target)
        assert done.returncode != 0
        assert "mcpier:tls.keyFile: expected the key of the first certificate" in done.stdout
        assert "Traceback" not in done.stdout
    typed = tls_stack.deployment.pulumi("up", "--yes", "--stack", STACK)
    assert "mcpier:tls.keyFile: expected the key of the first certificate" in typed.stdout
    assert tls_stack.serial() == before


class Certbot:
    """A folder on the Docker host as certbot keeps it."""

    def __init__(self, folder: Path) -> None:
        self.live, self.archive = folder / "live" / DOMAIN, folder / "archive" / DOMAIN
        for directory in (self.live, self.archive):
            directory.mkdir(parents=True, mode=0o700)
        self.renewals = 0

    def renew(self, chain: str, key: str) -> None:
        """New files, and then the links."""
        self.renewals += 1
        for name, text in (("privkey", key), ("fullchain", chain)):
            file = self.archive / f"{name}{self.renewals}.pem"
            file.write_text(text)
            file.chmod(0o600)
            partial = self.live / "partial"
            partial.symlink_to(f"../../archive/{DOMAIN}/{file.name}")
            partial.rename(self.live / f"{name}.pem")


def test_renewals_on_the_docker_host_are_served_without_a_deploy(tls_stack: TlsStack) -> None:
    certbot = Certbot(tls_stack.folder / "letsencrypt")
    first, second, third = (tls_stack.authority.pair(WILDCARD) for _ in range(3))
    certbot.renew(*first)
    with tls_stack.unharmed() as clients:
        tls_stack.switch({"mode": "files", "hostDir": str(certbot.live)})
        until(lambda: clients.seen[-1] == serial_of(first[0]), 20, "the pair is not served")
        certbot.renew(*second)
        until(lambda: clients.seen[-1] == serial_of(second[0]), 60, "it is not renewed")
        certbot.renew(third[0], second[1])
        until(lambda: "refused: " in docker("logs", FOLLOWER), 60, "nothing is said of it")
        assert clients.seen[-1] == serial_of(second[0])
    assert serial_of(third[0]) not in clients.seen
    tls_stack.expects_no_changes()


def test_a_folder_whose_pair_is_broken_ends_the_deploy_with_the_reason(tls_stack: TlsStack) -> None:
    before = tls_stack.serial()
    certbot = Certbot(tls_stack.folder / "broken")
    certbot.renew(
        tls_stack.authority.pair("*.other.test")[0], tls_stack.authority.pair(WILDCARD)[1]
    )
    tls_stack.write({"mode": "files", "hostDir": str(certbot.live)})
    done = tls_stack.deployment.make_target("up")
    assert done.returncode != 0
    assert f"the certificate in {certbot.live} on the Docker host cannot be served: " in done.stdout
    assert "KEY_VALUES_MISMATCH" in done.stdout
    assert "→ let fullchain.pem and privkey.pem belong together" in done.stdout
    assert "Traceback" not in done.stdout
    assert tls_stack.serial() == before


def test_acme_issues_the_wildcard_and_tells_nobody_the_credentials(tls_stack: TlsStack) -> None:
    folder = tls_stack.folder / "acme"
    folder.mkdir()
    (tls_stack.deployment.directory / "acme-ca.pem").write_text(pem(tls_stack.authority.root))
    tls = {
        "mode": "acme",
        "email": "ops@example.org",
        "dnsProvider": "httpreq",
        "caServer": pebble.DIRECTORY,
        "caFile": "acme-ca.pem",
        "propagation": {"disableChecks": True},
    }
    tls_stack.write(tls)
    for name, value in (
        ("ENDPOINT", pebble.PROVIDER),
        ("USERNAME", pebble.USER),
        ("PASSWORD", PASSWORD),
    ):
        path = f"mcpier:secrets.acme.HTTPREQ_{name}"
        options = ("--secret", "--path", "--stack", STACK)
        done = tls_stack.deployment.pulumi("config", "set", *options, path, value)
        assert done.returncode == 0, done.stdout
    with pebble.acme_server(folder, tls_stack.authority, PASSWORD):
        up = tls_stack.deployment.make_target("up")
        assert up.returncode == 0, up.stdout
        trust = ssl.create_default_context(cadata=pebble.acme_root(tls_stack.authority))
        until(lambda: issued(trust), 60, "nothing is issued")
        assert served_serial(APP, HTTPS_PORT, trust) == served_serial(HOST, HTTPS_PORT, trust)
        tls_stack.expects_no_changes()
        serial = served_serial(HOST, HTTPS_PORT, trust)
    docker("restart", TRAEFIK)
    # The ACME server is gone: what it has issued is kept.
    until(lambda: issued(trust), 60, "it is not served again")
    assert served_serial(HOST, HTTPS_PORT, trust) == serial
    told = [up.stdout, in_state(tls_stack), docker("inspect", TRAEFIK), docker("logs", TRAEFIK)]
    assert [text for text in told if PASSWORD in text] == []
    assert "ca" not in tls_stack.deployment.outputs()


def issued(trust: ssl.SSLContext) -> bool:
    try:
        return served_serial(HOST, HTTPS_PORT, trust) > 0
    except OSError:
        return False
