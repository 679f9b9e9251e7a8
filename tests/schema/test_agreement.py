"""What the schema refuses, the parser refuses too: stack files with a mistake of any kind."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schema.files import PROJECT
from tests.schema.stacks import Document, accepted, problems, whole

SCHEMA: dict[str, Any] = json.loads((PROJECT / "stacks" / "schema.json").read_text("utf-8"))
Place = tuple[str | int, ...]
MODES = ["self-signed", "files", "hostDir", "acme"]
GOOD = {mode: whole(mode) for mode in MODES}
# Near misses of good values, and values of other kinds.
VALUES = st.one_of(
    st.sampled_from(
        ["", " ", "80", "Running", "8.8.8.8/28", "2027-02-30", "a b", "ü", "x" * 300, "a\nb"]
    ),
    st.sampled_from([True, False, 0, -1, 80, 70000, 10**30, 1.5, [], {}, [[]], [{}], [1], ["a"]]),
    st.text(max_size=12),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
KEYS = st.one_of(st.sampled_from(["mode", "mcpier:edge", "name", "A", "a.b"]), st.text(max_size=9))


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Where something stands in a document."""
    entries: Any = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        entries = enumerate(value)
    for key, below in entries:
        yield (*place, key)
        # What Pulumi has encrypted is its own.
        if not (isinstance(below, dict) and set(below) == {"secure"}):
            yield from places(below, (*place, key))


TLS = ("config", "mcpier:tls")
# The modes of TLS differ below its key alone.
PLACES = [
    (mode, place)
    for mode in MODES
    for place in places(GOOD[mode]["config"], ("config",))
    if mode == MODES[0] or place[:2] == TLS
]


def holder(document: Document, place: Place) -> Any:
    """The mapping or list in which something stands."""
    for key in place[:-1]:
        document = document[key]  # type: ignore[index]
    return document


def agreed(document: Document) -> bool:
    """Whether the parser refuses what the schema refuses."""
    return accepted(document, SCHEMA) or problems(document) != []


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PLACES), VALUES)
def test_of_a_value_in_the_place_of_another(chosen: tuple[str, Place], value: Any) -> None:
    mode, place = chosen
    document = copy.deepcopy(GOOD[mode])
    holder(document, place)[place[-1]] = value
    assert agreed(document)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(PLACES), KEYS, VALUES)
def test_of_a_key_that_is_added(chosen: tuple[str, Place], key: str, value: Any) -> None:
    mode, place = chosen
    document = copy.deepcopy(GOOD[mode])
    beside = holder(document, place)
    if isinstance(beside, dict):
        beside.setdefault(key, value)
    assert agreed(document)


def test_of_each_key_that_is_left_out() -> None:
    refused = set()
    for mode, place in PLACES:
        document = copy.deepcopy(GOOD[mode])
        del holder(document, place)[place[-1]]
        assert agreed(document), place
        if not accepted(document, SCHEMA):
            refused.add(place[-1])
    assert refused >= {"mcpier:domain", "type", "name", "email", "dnsProvider", "mode"}
