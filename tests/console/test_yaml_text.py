"""Edits of a YAML text touch the lines that they are about, and no other."""

from datetime import date
from difflib import ndiff
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core.stack_yaml import read_yaml
from console.pulumi import PROJECT
from console.yaml_marks import NotInPlace
from console.yaml_text import Dumper, with_entry, with_item, without

EXAMPLE = (PROJECT / "stacks" / "Pulumi.example.yaml").read_text("utf-8")
INSTANCES = ("config", "mcpier:instances")
FLOW = "config:\n  mcpier:instances:\n    demo: {type: x, tokens: [a, {name: b}]}  # ours\n"
JSON = '{"config": {"mcpier:instances": {"demo": {"type": "x", "tokens": ["a"]}}}}'


def changes(before: str, after: str) -> list[str]:
    """The lines that came and went."""
    lines = ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_a_new_instance_stands_behind_the_last_one_and_before_what_comments_the_next_key() -> None:
    after = with_entry(EXAMPLE, (*INSTANCES, "new"), {"type": "playwright", "tokens": ["eve"]})
    assert changes(EXAMPLE, after) == [
        "+     new:",
        "+       type: playwright",
        "+       tokens:",
        "+         - eve",
    ]
    assert after.index("- eve") < after.index("# Secrets, encrypted by Pulumi.")


def test_what_was_added_leaves_no_trace_when_it_is_removed() -> None:
    path = (*INSTANCES, "new")
    assert without(with_entry(EXAMPLE, path, {"type": "playwright"}), path) == EXAMPLE


def test_removing_the_last_instance_keeps_the_comment_of_what_follows() -> None:
    after = without(EXAMPLE, (*INSTANCES, "spare"))
    assert all(line.startswith("- ") for line in changes(EXAMPLE, after))
    assert "  # Secrets, encrypted by Pulumi." in after
    assert "bob" not in after


def test_comments_inside_an_entry_go_with_it() -> None:
    after = without(EXAMPLE, (*INSTANCES, "demo"))
    assert "allowedOrigins" not in after
    assert "# The MCP servers, by id" in after


def test_an_only_entry_leaves_an_empty_mapping() -> None:
    text = "config:\n  mcpier:instances: # ours\n    # the one\n    demo:\n      type: x\n"
    after = without(text, (*INSTANCES, "demo"))
    assert after == "config:\n  mcpier:instances: {} # ours\n    # the one\n"
    assert with_entry(after, (*INSTANCES, "a"), {"type": "x"}) == (
        "config:\n  mcpier:instances: # ours\n    a:\n      type: x\n    # the one\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tokens:\n  - a\n", "tokens:\n  - a\n  - new\n"),
        ("tokens:\n- a # x\n  # about a\n", "tokens:\n- a # x\n  # about a\n- new\n"),
        ("tokens: [a]", "tokens: [a, new]"),
        ("tokens: []\n", "tokens:\n  - new\n"),
        ("tokens:\n", "tokens:\n  - new\n"),
        ("tokens: null # none\n", "tokens: # none\n  - new\n"),
        ("type: x", "type: x\ntokens:\n  - new\n"),
        ("{type: x}", "{type: x, tokens: [new]}"),
        ("{tokens: []}", "{tokens: [new]}"),
        ("tokens:\n  - |\n    a\n\nnext: 1\n", "tokens:\n  - |\n    a\n  - new\n\nnext: 1\n"),
    ],
)
def test_an_item_goes_to_the_end_of_a_list_however_that_is_written(before: str, after: str) -> None:
    assert with_item(before, ("tokens",), "new") == after


def test_an_item_with_comments_between_its_dash_and_its_keys_goes_whole() -> None:
    after = without(EXAMPLE, (*INSTANCES, "demo", "tokens", 1))
    config: Any = read_yaml(after)
    assert config["config"]["mcpier:instances"]["demo"]["tokens"] == ["alice"]
    assert after.count("- # Name of the token") == EXAMPLE.count("- # Name of the token") - 1


@pytest.mark.parametrize(
    ("path", "after"),
    [
        (("demo", "tokens", 0), FLOW.replace("a, {", "{")),
        (("demo", "tokens", 1), FLOW.replace(", {name: b}", "")),
        (("demo", "type"), FLOW.replace("type: x, ", "")),
        (("demo",), "config:\n  mcpier:instances: {}\n"),
    ],
)
def test_flow_collections_lose_an_entry_and_one_comma(path: Any, after: str) -> None:
    assert without(FLOW, (*INSTANCES, *path)) == after


def test_a_file_that_is_json_is_edited_too() -> None:
    after = with_item(JSON, (*INSTANCES, "demo", "tokens"), "new")
    assert after == JSON.replace('"a"]', '"a", new]')


def test_dates_and_quotes_elsewhere_stay_as_they_are() -> None:
    text = "day: 2027-06-30\nquoted: '5'\nlist:\n  - x\n"
    after = with_item(text, ("list",), {"expires": "2027-01-01"})
    assert after == text + "  - expires: '2027-01-01'\n"
    assert yaml.safe_load(after)["day"] == date(2027, 6, 30)


@pytest.mark.parametrize("text", ["a: &x\n  k: 1\nb: *x\n", "- - a\n"])
def test_what_has_no_place_of_its_own_is_refused_instead_of_broken(text: str) -> None:
    path = ("b", "k") if text.startswith("a") else (0, 0)
    with pytest.raises(NotInPlace):
        without(text, path)


SPECIAL = [
    "no",
    "on",
    "off",
    "yes",
    "null",
    "08",
    "0x_",
    "1e5",
    "0x1f",
    "22:30",
    "2027-06-30",
    "1_0",
]


@pytest.mark.parametrize("word", SPECIAL)
@pytest.mark.parametrize("text", ["m:\n  a: 1\n", "m: {a: 1}\n"])
def test_a_word_that_only_some_parsers_take_for_text_comes_and_goes(word: str, text: str) -> None:
    after = with_entry(text, ("m", word), [word])
    for read in (read_yaml, yaml.safe_load):
        assert read(after) == {"m": {"a": 1, word: [word]}}
    assert without(after, ("m", word)) == text


def test_a_word_without_quotes_stands_for_itself_as_pulumi_reads_it() -> None:
    text = "m:\n  no:\n    tokens: [on]\n  other: 1\n"
    assert with_item(text, ("m", "no", "tokens"), "off") == text.replace("[on]", "[on, 'off']")
    assert without(text, ("m", "no", "tokens", 0)) == text.replace("[on]", "[]")
    assert without(text, ("m", "no")) == "m:\n  other: 1\n"


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=4), NAMES, VALUES, st.sampled_from([False, True]))
def test_whatever_stands_in_a_file_an_entry_comes_and_goes(
    content: dict[str, Any], name: str, value: Any, flow: bool
) -> None:
    content.pop(name, None)
    text = yaml.dump({"m": content}, Dumper=Dumper, default_flow_style=flow, allow_unicode=True)
    after = with_entry(text, ("m", name), value)
    assert read_yaml(after) == {"m": {**content, name: value}}
    assert read_yaml(without(after, ("m", name))) == {"m": content}
