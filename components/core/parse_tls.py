"""How the wildcard certificate comes to be: the modes of `mcpier:tls`."""

from pathlib import PurePosixPath

from components.core.errors import shown
from components.core.given import AllGiven
from components.core.model import Acme, Files, HostDir, SelfSigned, Tls
from components.core.pair import (
    chain_findings,
    key_finding,
    near_end,
    read_chain,
    read_key,
    without_issuer,
)
from components.core.section import Section
from components.core.surroundings import Surroundings, Unreadable

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
# The keys that each mode takes.
MODES = {
    "self-signed": ("generation",),
    "files": ("hostDir", "certFile", "keyFile"),
    "acme": ("email", "dnsProvider", "caServer", "caFile", "propagation"),
}


def parse_tls(
    section: Section,
    given: AllGiven | None,
    domain: str,
    surroundings: Surroundings,
    warnings: list[str],
) -> Tls:
    """Reads the section; of the given secrets, which may not be readable, ACME needs the names.

    The files that it names are checked for `*.<domain>`; a certificate whose end is near is a
    warning.
    """
    mode = _mode(section)
    if mode == "files":
        return _files(section, domain, surroundings, warnings)
    if mode == "acme":
        return _acme(section, given, surroundings)
    generation = section.integer(
        "generation",
        least=1,
        most=9999,
        remedy="Raise it by one to issue a new certificate.",
        default=1,
    )
    if section.value("mode") in (None, mode):
        section.close()
    return SelfSigned(generation=generation)


def _mode(section: Section) -> str:
    mode = section.variant(
        "mode",
        MODES,
        expected="self-signed, files or acme",
        remedy="Write mode: self-signed, or one of the others.",
        default="self-signed",
    )
    if section.value("mode") in (None, mode):
        _refuse_other_modes(section, mode)
    return mode


def _refuse_other_modes(section: Section, mode: str) -> None:
    for other, keys in MODES.items():
        for key in keys if other != mode else ():
            section.refuse(
                key, f"nothing here with mode: {mode}", f"Remove it, or write mode: {other}."
            )


def _files(
    section: Section, domain: str, surroundings: Surroundings, warnings: list[str]
) -> Files | HostDir:
    if section.has("hostDir"):
        path = section.text(
            "hostDir",
            pattern=r"(/(?!\.\.?(/|$))[\w.@+-]+)+",
            expected="an absolute path on the Docker host such as /etc/letsencrypt/live/mcp",
            remedy="Name the folder that holds fullchain.pem and privkey.pem.",
        )
        remedy = "Keep either hostDir, or certFile and keyFile."
        section.refuse("certFile", "nothing here beside hostDir", remedy)
        section.refuse("keyFile", "nothing here beside hostDir", remedy)
        section.close()
        return HostDir(path=PurePosixPath(path))
    chain = _text(section, "certFile", "a file of PEM certificates", surroundings)
    key = _text(section, "keyFile", "a file with the certificate's private key", surroundings)
    section.close()
    if chain is not None:
        _check(section, chain, key, domain, surroundings, warnings)
    return Files(chain=chain or "", key=key or "")


def _check(
    section: Section,
    chain_text: str,
    key_text: str | None,
    domain: str,
    surroundings: Surroundings,
    warnings: list[str],
) -> None:
    chain = read_chain(chain_text)
    key = read_key(key_text) if key_text is not None else None
    if key_text is not None and key is None:
        remedy = "Name the file with the certificate's private key, as PEM."
        if "ENCRYPTED" in key_text:
            remedy = "Give the key without a passphrase: openssl pkey -in <key> -out <new key>"
        section.problem("keyFile", "a PEM private key that is not encrypted", remedy)
    if not chain:
        remedy = "Name the file with the server's certificate and its issuers, as PEM."
        section.problem("certFile", "PEM certificates", remedy)
        return
    if key is not None and (finding := key_finding(chain, key)):
        section.mismatch("keyFile", *finding)
    for finding in chain_findings(chain, domain, surroundings.now) if domain else ():
        section.mismatch("certFile", *finding)
    if warning := near_end(chain, surroundings.now):
        warnings.append(f"{section.at('certFile')}: {warning}, then type: make up")
    if warning := without_issuer(chain):
        warnings.append(f"{section.at('certFile')}: {warning}")


def _text(section: Section, key: str, expected: str, surroundings: Surroundings) -> str | None:
    """The text of a file that is named under a key; None where a problem was noted."""
    remedy = "Write its path, absolute or from the folder that holds Pulumi.yaml."
    name = section.text(key, expected=expected, remedy=remedy)
    if not isinstance(section.value(key), str) or not name:
        return None
    found = surroundings.files.get(name, Unreadable(reason="no such file"))
    if isinstance(found, Unreadable):
        section.mismatch(key, expected, f"{shown(name)} ({found.reason})", remedy)
        return None
    return found


def _acme(section: Section, given: AllGiven | None, surroundings: Surroundings) -> Acme:
    disable_checks, delay_before_checks = _propagation(section.section("propagation"))
    found = Acme(
        email=section.text(
            "email",
            pattern=r"[^@\s,]+@[^@\s,]+\.[^@\s,]+",
            expected="an e-mail address",
            remedy="Write where the certificate authority may warn you.",
        ),
        dns_provider=section.text(
            "dnsProvider",
            pattern="[a-z0-9][a-z0-9-]*",
            expected="the code of a DNS provider such as cloudflare",
            remedy="Take it from the list of lego's DNS providers.",
        ),
        ca_server=section.text(
            "caServer",
            pattern=r"https://[^\s/,]+/\S*",
            expected=f"the URL of an ACME directory such as {LETS_ENCRYPT}",
            remedy="Leave it out for Let's Encrypt.",
            default=LETS_ENCRYPT,
        ),
        ca=_ca(section, surroundings) if section.has("caFile") else None,
        disable_checks=disable_checks,
        delay_before_checks=delay_before_checks,
        credentials=tuple(sorted(given.acme)) if given else (),
    )
    section.close()
    return found


def _propagation(section: Section) -> tuple[bool, int]:
    """Whether lego's checks are off, and the seconds before them."""
    disable_checks = section.flag(
        "disableChecks",
        remedy="Write true only where the DNS records cannot be seen from the Docker host.",
    )
    delay_before_checks = section.integer(
        "delayBeforeChecks",
        least=0,
        most=3600,
        remedy="Write for how many seconds to wait before the DNS records are looked up.",
        default=0,
    )
    section.close()
    return disable_checks, delay_before_checks


def _ca(section: Section, surroundings: Surroundings) -> str | None:
    text = _text(section, "caFile", "a file of PEM certificates", surroundings)
    if text is not None and not read_chain(text):
        remedy = "Name the certificate of the CA that vouches for the ACME server itself."
        section.problem("caFile", "PEM certificates", remedy)
    return text
