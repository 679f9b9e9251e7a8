"""The socket-proxy lets five reads through, and nothing else in whatever spelling."""

import json
import re
from collections.abc import Callable, Iterator
from functools import reduce
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.image.playwright_image import sweep
from tests.image.socket_proxy_harness import STACK, SocketProxy, build_image

pytestmark = pytest.mark.docker

ID = "0123456789ab"
READS = ["/_ping", "/version", "/events", "/containers/json", f"/containers/{ID}/json"]
OF_THE_STACK = [f"mcpier.stack={STACK}"]
FILTERED = {
    "/containers/json": {"label": OF_THE_STACK},
    "/events": {
        "type": ["container"],
        "label": OF_THE_STACK,
        "event": ["die", "health_status"],
    },
}
# As the engine must understand it: no other method, and no path that it would read otherwise.
HARMLESS = re.compile(
    r"(GET|HEAD) (http://[a-z]+)?(/v1\.[0-9]+)?"
    r"/(_ping|version|events|containers/json|containers/[a-f0-9]{12,64}/json)"
    r"(\?[!-~]*)? HTTP/1\.[01]"
)
FORBIDDEN = [
    *("/info", "/images/json", "/volumes", "/networks", "/secrets", "/swarm", "/system/df"),
    *("/containers/create", "/containers/prune", "/build", "/auth", "/exec/x/start", "/session"),
    *(f"/containers/{ID}/{what}" for what in ("logs", "archive?path=/", "export", "attach/ws")),
    *(f"/containers/{ID}/{what}" for what in ("exec", "start", "kill", "top", "stats", "changes")),
    *("/containers/demo/json", "/containers/0123456789a/json", "/", "*", "docker:2375"),
]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get"]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SocketProxy]:
    sweep()
    build_image()
    with SocketProxy(tmp_path_factory.mktemp("proxy")) as running:
        yield running


def request(method: str, target: str, *headers: str, body: str = "") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: docker", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")


def status(answer: bytes) -> int:
    return int(answer.split()[1])


@pytest.mark.parametrize("version", ["", "/v1.41"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_each_of_the_five_reads_reaches_the_engine(
    proxy: SocketProxy, method: str, version: str
) -> None:
    for path in READS:
        assert status(proxy.send(request(method, f"{version}{path}?all=1"))) == 200
        heard = proxy.engine.heard[-1]
        if path in FILTERED:
            assert heard.startswith(f"{method} {version}{path}?filters=")
        else:
            assert heard == f"{method} {version}{path}?all=1 HTTP/1.1"
    assert proxy.send_http2(method, f"{version}/version").status == 200


@pytest.mark.parametrize("query", ["", "?all=1", "?filters=%7B%7D&since=0"])
@pytest.mark.parametrize(("path", "filters"), FILTERED.items())
def test_lists_and_events_are_those_of_the_stack_whatever_was_asked_for(
    proxy: SocketProxy, path: str, filters: dict[str, list[str]], query: str
) -> None:
    assert status(proxy.send(request("GET", f"/v1.41{path}{query}"))) == 200
    target = urlsplit(proxy.engine.heard[-1].split()[1])
    asked = parse_qs(target.query, strict_parsing=True)
    assert [json.loads(value) for value in asked.pop("filters")] == [filters]
    assert asked == {}


@pytest.mark.parametrize("path", FORBIDDEN)
def test_no_other_path_reaches_the_engine(proxy: SocketProxy, path: str) -> None:
    before = list(proxy.engine.heard)
    assert status(proxy.send(request("GET", path))) in (400, 403)
    assert proxy.engine.heard == before


@pytest.mark.parametrize("method", [name for name in METHODS if name not in ("GET", "HEAD")])
def test_no_other_method_reaches_the_engine(proxy: SocketProxy, method: str) -> None:
    before = list(proxy.engine.heard)
    for path in READS:
        assert status(proxy.send(request(method, path))) in (400, 403)
        assert proxy.send_http2(method, path).status in (0, 400, 403)
    assert proxy.engine.heard == before


BETWEEN = ["//", "/./", "/../", "/%2e%2e/", "/..;/", "%2f", "\\", "/;/", "%00", "%0a", ""]
WITHIN = ["?", "#", "%23", "%3f", "%20", "\t", "?x=/../../", "/..", "/.", "/", ";", "\xe9", "x"]
PREFIXES = ["", "", "/v1.41", "/v1.", "/V1.41", "/v2.0", "/v1.41/v1.41", "http://docker", "/.."]
Edit = Callable[[str], str]


def insert(place: int, text: str) -> Edit:
    return lambda path: path[: place % (len(path) + 1)] + text + path[place % (len(path) + 1) :]


def encode(place: int) -> Edit:
    def edit(path: str) -> str:
        at = place % len(path)
        return f"{path[:at]}%{ord(path[at]):02x}{path[at + 1 :]}"

    return edit


def separate(place: int, text: str) -> Edit:
    """Another separator in the place of a slash."""

    def edit(path: str) -> str:
        parts = path.split("/")
        at = place % len(parts)
        return text.join(["/".join(parts[:at]), "/".join(parts[at:])])

    return edit


PLACES = st.integers(0, 63)
EDITS = st.one_of(
    st.builds(insert, PLACES, st.sampled_from(WITHIN)),
    st.builds(encode, PLACES),
    st.builds(separate, PLACES, st.sampled_from(BETWEEN)),
)
PATHS = st.one_of(
    st.sampled_from(READS + FORBIDDEN),
    # A read that goes astray into another call.
    st.builds("{}/../..{}".format, st.sampled_from(READS), st.sampled_from(FORBIDDEN)),
    st.builds("{}{}".format, st.sampled_from(FORBIDDEN), st.sampled_from(READS)),
)
TARGETS = st.builds(
    lambda prefix, path, edits: prefix + reduce(lambda made, edit: edit(made), edits, path),
    st.sampled_from(PREFIXES),
    PATHS,
    st.lists(EDITS, max_size=2),
)
# Mostly what is let through, so that the path decides.
SENT = st.one_of(st.sampled_from(["GET", "HEAD"]), st.sampled_from(METHODS))
HIDDEN = request("POST", "/containers/create", "Content-Length: 0").decode("latin-1")
HEADERS = st.lists(
    st.sampled_from(
        [
            "X-HTTP-Method-Override: POST",
            "X-Original-URL: /containers/create",
            "X-Forwarded-Path: /containers/create",
            "Connection: Upgrade",
            "Upgrade: tcp",
            "Upgrade: h2c",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: \x0bchunked",
            "Transfer-Encoding: identity, chunked",
            "Content-Length: 0",
            "Content-Length: 5",
            f"Content-Length: {len(HIDDEN)}",
            "Content-Length: +3",
            "Expect: 100-continue",
            " folded: yes",
            "Host: other",
        ]
    ),
    max_size=4,
)
BODIES = st.sampled_from(["", HIDDEN, f"0\r\n\r\n{HIDDEN}", f"5\r\nhello\r\n0\r\n\r\n{HIDDEN}"])
BOUNDED = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def harmful(proxy: SocketProxy) -> list[str]:
    return [line for line in proxy.engine.heard if not HARMLESS.fullmatch(line)]


@settings(BOUNDED, max_examples=1500)
@given(method=SENT, target=TARGETS, headers=HEADERS, body=BODIES)
def test_no_spelling_of_a_request_leads_to_another_call(
    proxy: SocketProxy, method: str, target: str, headers: list[str], body: str
) -> None:
    proxy.send(request(method, target, *headers, body=body))
    assert harmful(proxy) == []


@settings(BOUNDED, max_examples=500)
@given(method=SENT, target=TARGETS, body=BODIES)
def test_no_spelling_over_http2_does_either(
    proxy: SocketProxy, method: str, target: str, body: str
) -> None:
    proxy.send_http2(method, target, body.encode())
    assert harmful(proxy) == []
