"""`python -m tests.authgate.fuzz`: coverage-guided inputs for parsing and decision (atheris).

Ends with a traceback and status 77 at the first input that raises, or opens what it must not.
"""

import json
import sys

import atheris

with atheris.instrument_imports():
    from authgate.answers import answer
    from authgate.decision import Reason, decide
    from authgate.forwarded import parse_forwarded
    from authgate.hosts import Hosts, Kind
    from authgate.limits import network
    from authgate.records import RecordReader
    from authgate.sessions import Sessions, without_session

from tests.authgate.harness import ALICE, DOMAIN, KEY, NOON, record

HOSTS = Hosts(DOMAIN, 8443)
REFUSED = dict.fromkeys(Kind, b"<p>")
RECORD = RecordReader().record(json.loads(json.dumps(record())), "demo")
SESSIONS = Sessions(KEY, ())
NAMES = [
    b"authorization",
    b"cookie",
    b"origin",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-uri",
    b"x-mcpier-client",
]
# What gets an input past the first door, so that it meets the others too.
HOST_VALUES = [f"{label}.{DOMAIN}".encode() for label in ("mcp-demo", "vnc-demo", "app")]


def one_input(data: bytes) -> None:
    """Judges a request made of the input."""
    given = atheris.FuzzedDataProvider(data)
    sent = (
        [(b"x-forwarded-host", given.PickValueInList(HOST_VALUES))] if given.ConsumeBool() else []
    )
    while given.remaining_bytes() and len(sent) < 12:
        sent.append(
            (given.PickValueInList(NAMES), given.ConsumeBytes(given.ConsumeIntInRange(0, 200)))
        )
    request = parse_forwarded(sent, HOSTS)
    decision = decide(HOSTS, request, RECORD, SESSIONS, NOON)
    reply = answer(decision, request, REFUSED)
    network(request.address)
    without_session(request.cookies)
    if decision.reason is Reason.ALLOWED:
        assert any(ALICE.encode() in value for value in request.authorizations), sent
    else:
        assert 400 <= reply.status < 500, sent
    assert not any(b"\n" in value or b"\r" in value for _, value in reply.headers), sent


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
