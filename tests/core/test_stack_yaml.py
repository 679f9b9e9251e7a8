"""A stack file's YAML has the values that Pulumi reads, and says where it is broken."""

import pytest
import yaml

from components.core.stack_yaml import read_yaml


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("22:30", "22:30"),
        ("2027-06-30", "2027-06-30"),
        ("8443", 8443),
        ("-1", -1),
        ("0x1F", 31),
        ("1_000", 1000),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("10.77.0.0/28", "10.77.0.0/28"),
        ("~", None),
        ("'8443'", "8443"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_a_value_is_what_pulumi_takes_it_for(written: str, read: object) -> None:
    assert read_yaml(f"key: {written}") == {"key": read}


def test_a_key_that_stands_twice_is_named_with_its_line() -> None:
    with pytest.raises(yaml.YAMLError) as caught:
        read_yaml("demo:\n  type: a\n  state: b\n  type: c\n")
    assert "the key type stands here twice" in str(caught.value)
    assert "line 4" in str(caught.value)


def test_one_mapping_may_take_over_another() -> None:
    text = "base: &base {type: a}\ndemo:\n  <<: *base\n  state: b\n"
    assert read_yaml(text) == {"base": {"type": "a"}, "demo": {"type": "a", "state": "b"}}


@pytest.mark.parametrize(
    "text",
    [
        "? [a]\n: b",
        "!!python/name:os.system x",
        "\0",
        "a: &a [*a]",
        "a: &a {b: *a}",
        "[" * 900 + "]" * 900,
    ],
)
def test_what_no_mapping_of_pulumi_can_be_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        read_yaml(text)


@pytest.mark.parametrize(
    "written", ["08", "0x_", "0b_", "-09", "!!int a", "!!int '_'", "!!bool a", "!!timestamp a"]
)
def test_what_is_not_what_it_looks_like_is_named_with_its_line(written: str) -> None:
    with pytest.raises(yaml.YAMLError) as caught:
        read_yaml(f"demo:\n  generation: {written}\n")
    said = str(caught.value)
    value = written.rpartition(" ")[2].strip("'")
    assert said.startswith(f"{value} is no ")
    assert "line 2" in said
