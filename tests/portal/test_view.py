"""What is said of the facts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal import fragments, view
from portal.certificate import Certificate
from portal.facts import Activity, Container, Denial, Facts
from portal.stack import Client, Stack, parse
from portal.view import Tone
from tests.portal.stage import stack_document

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOOD = Container(state="running", status="Up 2 hours", health="healthy", failing={})
ALL = ("mcp-demo", "traefik", "authgate", "socket-proxy", "portal", "docker-reader")


@pytest.fixture
def stack() -> Stack:
    return parse(stack_document())


def unwell(found: Facts) -> list[str]:
    """The names of what needs care."""
    return [part.name for part in view.unwell(view.rows(found), view.platform(found))]


def facts(stack: Stack, **containers: Container | None) -> Facts:
    """A stack whose containers are good, but for those that are named, with `_` for `-`."""
    named = {name.replace("_", "-"): found for name, found in containers.items()}
    all_ = {name: named.get(name, GOOD) for name in ALL}
    found = {f"mcpier-dev-{name}": each for name, each in all_.items() if each is not None}
    return Facts(stack=stack, containers=found, activity=None, certificate=None)


@pytest.mark.parametrize(
    ("days", "word", "tone"),
    [
        (90, "good for 90 days", Tone.GOOD),
        (21, "good for 21 days", Tone.GOOD),
        (20, "good for 20 days", Tone.UNSURE),
        (6, "good for 6 days", Tone.BAD),
        (1, "good for 1 day", Tone.BAD),
        (0.5, "good for 0 days", Tone.BAD),
        (-1, "expired", Tone.BAD),
    ],
)
def test_a_certificate_needs_more_care_the_nearer_its_end(
    days: float, word: str, tone: Tone
) -> None:
    found = view.certificate(Certificate(NOW + timedelta(days=days)), NOW)
    assert (found.word, found.tone) == (word, tone)


def test_an_instance_is_as_well_as_the_worst_of_its_containers(stack: Stack) -> None:
    document = stack_document()
    document["instances"]["demo"]["containers"]["database"] = "mcpier-dev-traefik"
    found = facts(parse(document), traefik=None)
    (row, _) = view.rows(found)
    assert [part.tone for part in row.parts] == [Tone.GOOD, Tone.BAD]
    assert row.worst.name == "database"
    assert unwell(found) == ["demo", "traefik"]


def test_a_container_that_starts_needs_no_care_yet(stack: Stack) -> None:
    starting = Container(state="running", status="Up 1 second", health="starting", failing={})
    assert unwell(facts(stack, mcp_demo=starting)) == []


def test_what_needs_care_is_named(stack: Stack) -> None:
    exited = Container(state="exited", status="Exited (1) 1 second ago", health=None, failing={})
    assert unwell(facts(stack, mcp_demo=exited, portal=exited)) == ["demo", "portal"]


def test_refusals_at_both_hosts_of_an_instance_are_its_own(stack: Stack) -> None:
    def denial(host: str) -> Denial:
        return Denial(
            host=host, door="gate", reason="wrong_token", token="", address="", count=1, last=NOW
        )

    denials = [denial(host) for host in ("mcp-demo", "vnc-demo", "mcp-demo-2", "app", "")]
    activity = Activity(since=NOW, problems=[], tokens={}, denials=denials)
    found = Facts(stack=stack, containers={}, activity=activity, certificate=None)
    assert [each.host for each in view.denials(found, "demo")] == ["mcp-demo", "vnc-demo"]
    assert len(view.denials(found)) == 5


def test_where_nothing_can_be_learnt_the_page_says_so(stack: Stack) -> None:
    troubles = {"containers": "the engine is gone", "activity": "the gate is gone"}
    found = Facts(stack=stack, containers=None, activity=None, certificate=None, troubles=troubles)
    shown = fragments.overview(found, NOW)
    assert "the engine is gone." in shown["summary"]
    assert "the gate is gone." in shown["summary"]
    assert "all is well" not in shown["summary"]
    assert "unknown" in shown["state-demo"]
    assert "The gate does not say." in shown["denials"]
    assert "The gate does not say." in fragments.instance(found, "demo", NOW)["tokens"]


def summary(found: Facts) -> str:
    return fragments.overview(found, NOW)["summary"]


def test_all_is_well_only_if_the_certificate_and_the_gate_are_too(stack: Stack) -> None:
    silent = Activity(since=NOW, problems=[], tokens={}, denials=[])
    good = replace(facts(stack), activity=silent, certificate=Certificate(NOW + timedelta(90)))
    assert "all is well" in summary(good)
    assert "needs care</span> Certificate" in summary(replace(good, certificate=Certificate(None)))
    no_gate = replace(good, activity=None, troubles={"activity": "the gate does not answer"})
    assert "unknown" in summary(no_gate)
    corrupt = replace(silent, problems=["instances/demo.json: corrupt"])
    assert "needs care" in summary(replace(good, activity=corrupt))
    assert "instances/demo.json: corrupt" in summary(replace(good, activity=corrupt))


def test_an_instance_of_which_the_gate_says_nothing_is_not_said_to_have_no_tokens(
    stack: Stack,
) -> None:
    activity = Activity(since=NOW, problems=[], tokens={"demo": []}, denials=[])
    found = replace(facts(stack), activity=activity)
    assert "nobody may connect" in fragments.instance(found, "demo", NOW)["tokens"]
    unread = replace(found, activity=replace(activity, tokens={}))
    assert "The gate does not say." in fragments.instance(unread, "demo", NOW)["tokens"]


def test_what_a_client_takes_has_the_instances_name_and_url(stack: Stack) -> None:
    client = Client(name="x", text="<id> <url> <token>", place="<id>.json", trust="")
    demo = stack.instances["demo"]
    url = "https://mcp-demo.mcp.example.org:8443/mcp"
    assert client.text_for(demo) == f"demo {url} <token>"
    assert client.place_for(demo) == "demo.json"
