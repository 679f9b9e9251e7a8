"""What an instance accepts from its environment, and what it says to the rest."""

import pytest
from playwright_instance.settings import PROBE_HOST, Settings, read_settings


def settings(**changes: str) -> Settings:
    """Read settings that must be right."""
    found, problems = read_settings({"MCPIER_SCREEN": "1920x1080x24", **changes})
    assert found is not None, problems
    return found


def problem(**changes: str) -> str:
    """Read settings that must have exactly one problem."""
    found, problems = read_settings({"MCPIER_SCREEN": "1920x1080x24", **changes})
    assert found is None
    (only,) = problems
    return only


def test_a_screen_is_width_height_and_depth() -> None:
    found = settings(MCPIER_SCREEN="1280x720x16")
    assert (found.width, found.height, found.depth) == (1280, 720, 16)


@pytest.mark.parametrize(
    "screen",
    [
        "",
        "1920x1080",
        "1920x1080x8",
        "1920X1080x24",
        "99999x1080x24",
        "100x1080x24",
        "4000x320x24",
        "a\n",
    ],
)
def test_another_screen_is_refused_with_what_was_found_and_an_example(screen: str) -> None:
    told = problem(MCPIER_SCREEN=screen)
    assert repr(screen) in told
    assert "1920x1080x24" in told


def test_the_probes_host_joins_the_allowed_ones() -> None:
    found = settings(MCPIER_ALLOWED_HOSTS="mcp-a.example.org, MCP-A.example.org:8443")
    expected = ("mcp-a.example.org", "mcp-a.example.org:8443", PROBE_HOST)
    assert found.allowed_hosts == expected


def test_without_public_hosts_only_the_probe_is_allowed() -> None:
    assert settings().allowed_hosts == (PROBE_HOST,)


@pytest.mark.parametrize(
    "host", ["*", "a b", "x --host evil", "a.example:port", "http://a.example"]
)
def test_a_malformed_host_is_refused_by_name(host: str) -> None:
    assert repr(host) in problem(MCPIER_ALLOWED_HOSTS=f"good.example,{host}")


@pytest.mark.parametrize(
    ("locale", "languages"),
    [("de_DE.UTF-8", ("de-DE", "de")), ("pt_BR", ("pt-BR", "pt")), ("fr", ("fr",))],
)
def test_a_locale_becomes_the_languages_of_pages(locale: str, languages: tuple[str, ...]) -> None:
    found = settings(LANG=locale)
    assert found.accept_languages == languages
    assert found.language == languages[0]


def test_a_malformed_locale_is_refused() -> None:
    assert "LANG is 'de-DE; rm'" in problem(LANG="de-DE; rm")


def test_a_profile_is_ephemeral_or_kept() -> None:
    assert not settings().profile_kept
    assert settings(MCPIER_PROFILE="persistent").profile_kept
    assert "MCPIER_PROFILE is 'kept'; expected" in problem(MCPIER_PROFILE="kept")


def test_all_problems_are_told_at_once() -> None:
    found, problems = read_settings({"MCPIER_ALLOWED_HOSTS": "*", "LANG": "?"})
    assert found is None
    assert len(problems) == 3
