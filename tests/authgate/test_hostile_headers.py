"""Whatever a client or a broken proxy sends: no exception, and no allow without the token."""

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from authgate.answers import answer
from authgate.decision import Reason, decide
from authgate.forwarded import parse_forwarded
from authgate.hosts import Hosts, InstanceHost, Kind
from authgate.limits import FailureLimits, network
from authgate.records import RecordReader
from authgate.sessions import Sessions, without_session
from tests.authgate.harness import ALICE, DOMAIN, KEY, NOON, VIEWER, record

HOSTS = Hosts(DOMAIN, 8443)
REFUSED = dict.fromkeys(Kind, b"<p>")
RECORD = RecordReader().record(json.loads(json.dumps(record())), "demo")
SESSIONS = Sessions(KEY, ())

anything = st.binary(max_size=80)
ids = st.from_regex(r"[a-z0-9-]{1,59}", fullmatch=True)
names = st.sampled_from(
    [
        b"authorization",
        b"cookie",
        b"origin",
        b"x-forwarded-host",
        b"x-forwarded-uri",
        b"x-forwarded-for",
        b"x-mcp-instance",
        b"x-mcpier-client",
        b"proxy-authorization",
    ]
)
near_misses = st.sampled_from(
    [
        b"Bearer ",
        b"Bearer " + ALICE.encode()[:-1],
        b"Bearer " + ALICE.encode() + b"=",
        b"Bearer " + ALICE.upper().encode(),
        b"Bearer " + VIEWER.encode(),
        b"Bearer " + RECORD.tokens[0].digest.hex().encode(),
        b"Basic " + ALICE.encode(),
        ALICE.encode(),
        f"mcp-demo.{DOMAIN}".encode(),
        f"vnc-demo.{DOMAIN}".encode(),
        f"mcp-demo.{DOMAIN}, mcp-other.{DOMAIN}".encode(),
        f"https://vnc-demo.{DOMAIN}:8443".encode(),
        b"__Host-mcpier-view=9999999999:viewer:" + b"A" * 43,
        b"/websockify",
        b"/.well-known/oauth-protected-resource",
    ]
)
headers = st.lists(st.tuples(names, anything | near_misses), max_size=12)
hosts = st.sampled_from([f"mcp-demo.{DOMAIN}".encode(), f"vnc-demo.{DOMAIN}".encode()])
noise = st.lists(
    st.tuples(st.sampled_from([b"cookie", b"origin", b"x-mcpier-client"]), anything | near_misses),
    max_size=2,
)


@st.composite
def at_an_instance(draw: st.DrawFn) -> list[tuple[bytes, bytes]]:
    """Headers that get past the first door: one host of ours, and one credential."""
    host, credential = draw(hosts), draw(near_misses | anything)
    return [(b"x-forwarded-host", host), (b"authorization", credential), *draw(noise)]


def test_no_headers_are_allowed_without_the_right_token() -> None:
    reasons: Counter[Reason] = Counter()

    @settings(max_examples=2500, deadline=None)
    @given(headers | at_an_instance())
    def judge(sent: list[tuple[bytes, bytes]]) -> None:
        request = parse_forwarded(sent, HOSTS)
        decision = decide(HOSTS, request, RECORD, SESSIONS, NOON)
        reply = answer(decision, request, REFUSED)
        assert decision.reason is not Reason.ALLOWED
        assert 400 <= reply.status < 500
        assert not any(b"\n" in value or b"\r" in value for _, value in reply.headers)
        reasons[decision.reason] += 1

    judge()
    # It was not the first door alone that held.
    doors = [Reason.NOT_BEARER, Reason.MALFORMED, Reason.WRONG_TOKEN, Reason.NO_SESSION]
    assert all(reasons[door] > 20 for door in [*doors, Reason.FOREIGN_ORIGIN]), reasons


@settings(max_examples=1200, deadline=None)
@given(headers)
def test_the_token_is_all_that_an_allowed_request_needs(sent: list[tuple[bytes, bytes]]) -> None:
    others = (b"authorization", b"origin", b"x-forwarded-host", b"x-forwarded-uri")
    kept = [(name, value) for name, value in sent if name not in others]
    host = f"mcp-demo.{DOMAIN}".encode()
    good = [(b"authorization", b"Bearer " + ALICE.encode()), (b"x-forwarded-host", host)]
    request = parse_forwarded([*kept, *good], HOSTS)
    decision = decide(HOSTS, request, RECORD, SESSIONS, NOON)
    assert (decision.reason, decision.client) == (Reason.ALLOWED, "alice")


def test_a_host_or_a_target_that_is_there_twice_is_none_of_ours() -> None:
    host = (b"x-forwarded-host", f"mcp-demo.{DOMAIN}".encode())
    target = (b"x-forwarded-uri", b"/mcp")
    assert parse_forwarded([host, target], HOSTS).host == InstanceHost(Kind.MCP, "demo")
    assert parse_forwarded([host, host, target], HOSTS).host is None
    assert parse_forwarded([host, target, target], HOSTS).host is None


@st.composite
def edited(draw: st.DrawFn) -> bytes:
    """A host of ours, with a few bytes of it replaced."""
    host = draw(hosts)
    start = draw(st.integers(0, len(host)))
    return host[:start] + draw(st.binary(max_size=3)) + host[start + draw(st.integers(0, 3)) :]


def test_a_host_means_an_instance_only_if_it_is_one_of_ours() -> None:
    meant: Counter[bool] = Counter()

    @settings(max_examples=1500, deadline=None)
    @given(anything | edited())
    def parse(host: bytes) -> None:
        parsed = HOSTS.parse(host)
        if parsed is not None:
            name = f"{parsed.label}.{DOMAIN}".encode()
            assert host.lower().partition(b":")[0].removesuffix(b".") == name
        meant[parsed is not None] += 1

    parse()
    assert meant[True] > 20 and meant[False] > 20, meant


@settings(max_examples=500, deadline=None)
@given(ids, st.sampled_from(["", ".", ":8443", ".:443", ":0"]), st.booleans())
def test_every_spelling_of_a_host_means_the_same_instance(
    instance: str, end: str, upper: bool
) -> None:
    host = f"mcp-{instance}.{DOMAIN}{end}"
    spelt = (host.upper() if upper else host).encode()
    assert HOSTS.parse(spelt) == InstanceHost(Kind.MCP, instance)


@settings(max_examples=500, deadline=None)
@given(ids, st.sampled_from(["\n", "\x00", "/", "%2e", "..", " ", ":", ":123456", "@x", ".evil"]))
def test_nothing_may_follow_a_host(instance: str, end: str) -> None:
    assert HOSTS.parse(f"mcp-{instance}.{DOMAIN}{end}".encode()) is None


@settings(max_examples=1000, deadline=None)
@given(st.lists(anything, max_size=5))
def test_our_cookie_never_reaches_an_instance(others: list[bytes]) -> None:
    sent = b"; ".join([*others, b"__Host-mcpier-view=x", *others, b" __Host-mcpier-view =y"])
    kept = without_session(sent)
    assert all(c.partition(b"=")[0].strip() != b"__Host-mcpier-view" for c in kept.split(b";"))


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=50) | st.ip_addresses().map(str))
def test_any_text_for_an_address_falls_into_a_bucket(address: str) -> None:
    assert FailureLimits().failed(address, "mcp-demo", NOON) == 0
    assert network(address)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@settings(max_examples=800, deadline=None)
@given(st.sampled_from(sorted(record())), json_values)
def test_a_record_with_any_value_is_read_or_its_problem_named(key: str, value: object) -> None:
    reader = RecordReader()
    reader.record(record() | {key: value}, "record")
    assert all(problem.startswith("record") for problem in reader.problems)
    assert reader.problems or isinstance(value, str | list | type(None))
