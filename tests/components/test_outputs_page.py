"""docs/outputs.md lists the stack's outputs as they are."""

from components.core.outputs import instances
from components.core.parse import parse
from components.core.parse_type import parse_type
from tests.components.recording import PLAIN, Recording
from tests.docs.tables import rows, unlisted, unmet

HEADING = "Stack outputs"


def test_every_output_is_listed_with_its_type_and_every_listed_one_is_there(
    recording: Recording,
) -> None:
    assert unlisted(HEADING, recording.outputs) == []
    assert unmet(HEADING, recording.outputs) == []


def test_the_url_of_a_further_endpoint_is_listed() -> None:
    endpoints = {**PLAIN["endpoints"], "web": {"port": 8081, "path": "/", "auth": "none"}}
    kind = parse_type("plain", "image/plain", {**PLAIN, "endpoints": endpoints}, "0" * 64)
    config = {"domain": "mcp.example.org", "instances": {"demo": {"type": "plain"}}}
    found = instances(parse("dev", config, [kind]))
    assert "webUrl" in found["demo"]
    assert unlisted(HEADING, {"instances": found}) == []


def test_what_is_listed_as_secret_is(recording: Recording) -> None:
    secret = {row.path.partition(".")[0] for row in rows(HEADING) if row.secret}
    open_ = {row.path.partition(".")[0] for row in rows(HEADING) if not row.secret}
    assert secret == set(recording.secret_outputs)
    assert open_ == set(recording.outputs) - secret
