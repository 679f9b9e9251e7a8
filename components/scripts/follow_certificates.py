"""Publishes a certificate of the Docker host to Traefik, and follows its renewals.

`once`, with an order on stdin: checks the pair and publishes it; exit status 1 and the reason on
stderr where it cannot be served. `follow ORDER`: looks for another pair every few seconds until
SIGTERM. A pair that cannot be served is told on stdout, and the one before goes on being served.

Order: `{"source": folder with fullchain.pem and privkey.pem, "pairs": folder of what is published,
"published": the document that names a pair, "document": its text with {certificate} and {key} in
place of paths, "host": a name that the certificate must cover, "looked": a file that is touched
with each look, "seconds": from one look to the next}`.

Traefik sees to no file but the document, so a pair gets names of its own, is checked as a client
would check it, and then one rename publishes it.
"""

import hashlib
import json
import os
import signal
import ssl
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

DAY = 86400
NEAR_DAYS = 30
BEGIN = "-----BEGIN CERTIFICATE-----"


class Refused(Exception):
    """Why a pair cannot be served."""


class Pair(NamedTuple):
    """A chain and its key, as they stand in their files."""

    chain: bytes
    key: bytes

    @property
    def name(self) -> str:
        return hashlib.sha256(self.chain + self.key).hexdigest()[:16]


class Order(NamedTuple):
    """What is to be published, and where to."""

    source: str
    pairs: str
    published: str
    document: str
    host: str
    looked: str
    seconds: float

    def read(self) -> Pair:
        try:
            folder = Path(self.source)
            return Pair(
                *((folder / name).read_bytes() for name in ("fullchain.pem", "privkey.pem"))
            )
        except OSError as error:
            raise Refused(f"{error.filename}: {error.strerror}") from None

    def publish(self, pair: Pair) -> float:
        """Serves the pair; gives the moment (Unix time) at which it ends."""
        certificate, key = (Path(self.pairs, f"{pair.name}{end}") for end in (".crt", ".key"))
        text = self.document.replace("{certificate}", str(certificate)).replace("{key}", str(key))
        published = Path(self.published)
        before = published.read_text() if published.exists() else ""
        if text == before:
            return end_of(certificate, key, self.host)
        write(certificate, pair.chain)
        write(key, pair.key)
        try:
            end = end_of(certificate, key, self.host)
        except Refused:
            certificate.unlink()
            key.unlink()
            raise
        # Written beside the pairs: nobody watches what comes and goes there.
        document = certificate.with_name("document")
        write(document, text.encode())
        document.rename(published)
        self._forget(before + text)
        return end

    def _forget(self, documents: str) -> None:
        """Removes pairs but this one and the one before, which may just be being read."""
        for file in Path(self.pairs).iterdir():
            if file.name not in documents:
                file.unlink()


def write(file: Path, content: bytes) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(dir=file.parent)
    with open(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(descriptor)
    os.rename(partial, file)


def end_of(certificate: Path, key: Path, host: str) -> float:
    """Shakes hands in memory, as a client that trusts the chain's last certificate does."""
    try:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Without a passphrase OpenSSL would ask for one.
        server.load_cert_chain(certificate, key, password="")
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        last = BEGIN + certificate.read_text("ascii").rpartition(BEGIN)[2]
        client.load_verify_locations(cadata=last)
        return shake_hands(client, server, host)
    except ssl.SSLCertVerificationError as error:
        raise Refused(error.verify_message) from None
    except (OSError, ValueError) as error:
        raise Refused(str(error)) from None


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> float:
    """The moment at which the server's certificate ends."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (asking, answering, asking, answering):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    leaf = asking.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(leaf["notAfter"]))


def nearness(end: float) -> str:
    """What to say of an end that is near."""
    days = int((end - time.time()) // DAY)
    return "" if days > NEAR_DAYS else f"; it ends in {days} days: see that it is renewed"


def once(order: Order) -> int:
    try:
        warning = nearness(order.publish(order.read()))
    except Refused as refused:
        domain = order.host.partition(".")[2]
        print(
            f"the certificate in {order.source} on the Docker host cannot be served: {refused}\n"
            "  → let fullchain.pem and privkey.pem belong together and to root, and be good for "
            f"*.{domain}, then run the update again",
            file=sys.stderr,
        )
        return 1
    if warning:
        print(f"{order.source}: serving its certificate{warning}", file=sys.stderr)
    return 0


def follow(order: Order) -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    served, end, said, refused_before = None, 0.0, "", ""
    while True:
        refused = ""
        try:
            pair = order.read()
            if pair != served:
                end, served = order.publish(pair), pair
            line = f"serving {pair.name}{nearness(end)}"
        except Refused as error:
            refused = f"refused: {error}; the pair before goes on being served"
            # A renewal replaces two files: what is refused once may be half of one.
            line = refused if refused == refused_before else said
        refused_before = refused
        if line != said:
            print(f"{order.source}: {line}", flush=True)
            said = line
        Path(order.looked).touch()
        if signal.sigtimedwait({signal.SIGTERM}, order.seconds):
            return 0


if __name__ == "__main__":
    if sys.argv[1] == "once":
        sys.exit(once(Order(**json.load(sys.stdin))))
    sys.exit(follow(Order(**json.loads(sys.argv[2]))))
