"""Secrets derived from one root: the same for the same names, unrelated for any others."""

import re
from base64 import b64decode, b64encode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from components.core.given import AllGiven, Given
from components.core.model import Token
from components.core.parse_instance import INSTANCE_ID
from components.core.parse_tokens import TOKEN_NAME
from components.core.secrets import Root, token_digest

KEY = bytes(range(32))
ROOT = Root(key=KEY, drawn_at=1_790_000_000)
OTHER = Root(key=bytes(32), drawn_at=1_790_000_000)
# Short, of the characters that names share, so that equal joins of different parts come up.
NAMES = st.tuples(
    st.text("a1-", min_size=1, max_size=4),
    st.text("a1-._", min_size=1, max_size=4),
    st.integers(1, 9999),
)


def token(name: str = "alice", generation: int = 1, expires: str | None = None) -> Token:
    return Token(name=name, generation=generation, expires=expires)


def test_the_printed_root_is_read_back() -> None:
    assert Root.parse(f"{b64encode(KEY).decode()}\n1790000000\n", AllGiven()) == ROOT


@pytest.mark.parametrize("printed", ["", "AAAA", "AAAA 1 2", "AAAA soon"])
def test_anything_else_is_no_root(printed: str) -> None:
    with pytest.raises(ValueError):
        Root.parse(printed, AllGiven())


def test_a_root_does_not_show_its_key() -> None:
    assert "\\x" not in repr(ROOT)
    assert str(KEY) not in f"{ROOT}"
    assert repr(ROOT) == "Root(drawn_at=1790000000)"


def test_a_token_is_the_same_on_every_run() -> None:
    again = Root(key=KEY, drawn_at=1)
    assert ROOT.token("demo", token()) == again.token("demo", token())


def test_an_expiry_does_not_change_a_token() -> None:
    assert ROOT.token("demo", token(expires="2027-06-30")) == ROOT.token("demo", token())


def test_a_token_has_the_prefix_that_scanners_know_and_256_bits() -> None:
    assert re.fullmatch(r"mcpier_[A-Za-z0-9_-]{43}", ROOT.token("demo", token()))
    assert re.fullmatch(r"mcpier_[A-Za-z0-9_-]{43}", ROOT.view_token("demo"))
    assert re.fullmatch(r"mcpier_[A-Za-z0-9_-]{43}", ROOT.watch_token("demo"))


@pytest.mark.parametrize(
    "other",
    [
        OTHER.token("demo", token()),
        ROOT.token("demo2", token()),
        ROOT.token("demo", token("alice1")),
        ROOT.token("demo", token(generation=2)),
        ROOT.view_token("demo"),
        ROOT.watch_token("demo"),
    ],
    ids=["root", "instance", "name", "generation", "view", "watch"],
)
def test_each_of_what_a_token_is_for_changes_it(other: str) -> None:
    assert other != ROOT.token("demo", token())


@settings(deadline=None)
@given(NAMES, NAMES)
@example(("a", "1-", 1), ("a1", "-", 1))
@example(("a", "a", 11), ("a", "a1", 1))
def test_no_two_tokens_are_equal(one: tuple[str, str, int], other: tuple[str, str, int]) -> None:
    def value(names: tuple[str, str, int]) -> str:
        return ROOT.token(names[0], token(names[1], names[2]))

    assert (value(one) == value(other)) is (one == other)


def test_no_name_holds_what_separates_the_names() -> None:
    assert not re.fullmatch(INSTANCE_ID, "a\0b")
    assert not re.fullmatch(TOKEN_NAME, "a\0b")


def test_a_view_password_is_as_long_as_the_protocol_takes() -> None:
    passwords = [ROOT.vnc_password("demo"), ROOT.vnc_watch_password("demo")]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{8}", password) for password in passwords)
    others = [ROOT.vnc_password("other"), ROOT.vnc_watch_password("other")]
    assert len({*passwords, *others}) == 4


def test_watching_and_acting_are_opened_by_different_tokens() -> None:
    tokens = {ROOT.view_token("demo"), ROOT.watch_token("demo"), ROOT.watch_token("other")}
    assert len(tokens) == 3


def test_each_instance_has_a_key_of_32_bytes_for_its_links() -> None:
    keys = [ROOT.ticket_key("demo"), ROOT.ticket_key("other"), OTHER.ticket_key("demo")]
    assert [len(b64decode(key, validate=True)) for key in keys] == [32] * 3
    assert len({*keys, ROOT.session_key()}) == 4


def test_the_session_key_is_32_bytes_of_the_roots_own() -> None:
    assert len(b64decode(ROOT.session_key(), validate=True)) == 32
    assert ROOT.session_key() != OTHER.session_key()


def test_a_digest_is_sha_256_in_hexadecimal() -> None:
    # The example of FIPS 180-2, B.1.
    assert token_digest("abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


GIVEN_OF_DEMO = Given(
    env={"KEY": "k"}, tokens={"alice": "chosen-by-somebody-else"}, vnc_password="p" * 8
)
GIVEN = AllGiven(instances={"demo": GIVEN_OF_DEMO})


def test_what_the_config_gives_takes_the_place_of_what_is_derived() -> None:
    root = Root(key=KEY, drawn_at=1, given=GIVEN)
    assert root.token("demo", token("alice")) == "chosen-by-somebody-else"
    assert root.vnc_password("demo") == "pppppppp"
    assert root.token("demo", token("bob")) == ROOT.token("demo", token("bob"))
    assert root.token("other", token("alice")) == ROOT.token("other", token("alice"))


def test_given_secrets_show_in_no_representation() -> None:
    shown = f"{Root(key=KEY, drawn_at=1, given=GIVEN)!r} {GIVEN!r} {GIVEN_OF_DEMO!r}"
    assert "chosen" not in shown
    assert "pppp" not in shown


def test_a_digest_of_given_secrets_differs_with_them_with_the_instance_and_with_the_root() -> None:
    def digest(key: bytes = KEY, instance: str = "demo", **given: str) -> str:
        env = {"KEY": "k"} | given
        all_given = AllGiven(instances={instance: Given(env=env)})
        return Root(key=key, drawn_at=1, given=all_given).given_digest(instance)

    digests = [digest(), digest(KEY="l"), digest(OTHER="k"), digest(OTHER.key)]
    assert len({*digests, digest(instance="other")}) == 5
    assert digest() == digests[0]
    assert re.fullmatch("[0-9a-f]{16}", digests[0])
