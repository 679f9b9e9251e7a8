"""A table of docs/outputs.md is held against values."""

import pytest

from tests.docs.tables import unlisted, unmet

HEADING = "mcpier token list"
TOKEN = {"instance": "demo", "name": "ci", "generation": 1, "expires": None, "lastUsed": None}
GOOD = {"tokens": [TOKEN, {**TOKEN, "lastUsed": "2026-11-23T04:00:00Z"}], "since": None}


def test_what_is_as_the_table_says_is_passed() -> None:
    assert unlisted(HEADING, GOOD) == []
    assert unmet(HEADING, GOOD) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({**GOOD, "until": "now"}, ["until: string"]),
        ({**GOOD, "tokens": [{**TOKEN, "generation": "1"}]}, ["tokens[].generation: string"]),
        ({**GOOD, "tokens": [{**TOKEN, "name": None}]}, ["tokens[].name: null"]),
    ],
)
def test_a_key_or_a_type_that_it_does_not_have_is_told(
    changed: dict[str, object], told: list[str]
) -> None:
    assert unlisted(HEADING, changed) == told


def test_a_key_that_is_gone_is_told() -> None:
    renamed = {"tokens": [{"user": "ci", **{k: v for k, v in TOKEN.items() if k != "name"}}]}
    assert unmet(HEADING, {**GOOD, **renamed}) == ["tokens[].name"]
