"""The portal in real Chromium: for every eye and hand, and with the policy that it sends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.playwright_image import build_image
from tests.portal.browser import Look, Seen, look
from tests.portal.shown import show
from tests.portal.stage import stage

pytestmark = pytest.mark.docker

PHONE, DESKTOP = (360, 740), (1280, 800)
LOOKS = {
    f"{path} {scheme} {width}": Look(path=path, width=width, height=height, scheme=scheme)
    for path in ("/", "/instances/docs", "/instances/checkout")
    for scheme in ("light", "dark")
    for width, height in (PHONE, DESKTOP)
}
WITHOUT_SCRIPT = Look(script=False)
BY_KEYBOARD = Look(path="/", tabs=5)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    """What Chromium found of every look."""
    looks = {**LOOKS, "without script": WITHOUT_SCRIPT, "by keyboard": BY_KEYBOARD}
    folder: Path = tmp_path_factory.mktemp("portal")
    with stage(folder, 100) as portal:
        show(portal)
        yield dict(zip(looks, look(portal, build_image(), list(looks.values())), strict=True))


@pytest.mark.parametrize("name", LOOKS)
def test_nothing_stands_in_anybodys_way(seen: dict[str, Seen], name: str) -> None:
    assert seen[name].violations == []
    assert not seen[name].overflows


@pytest.mark.parametrize("name", LOOKS)
def test_the_browser_has_nothing_to_complain_of(seen: dict[str, Seen], name: str) -> None:
    assert seen[name].complaints == []


@pytest.mark.parametrize("name", LOOKS)
def test_what_is_healthy_has_a_picture(seen: dict[str, Seen], name: str) -> None:
    expected = [] if "checkout" in name else [["What docs shows", 480]]
    assert seen[name].pictures == expected


def test_light_and_dark_are_what_the_reader_has_chosen(seen: dict[str, Seen]) -> None:
    assert seen["/ light 1280"].image != seen["/ dark 1280"].image


def test_without_script_all_is_there_but_what_follows(seen: dict[str, Seen]) -> None:
    plain, live = seen["without script"].shown, seen["/ light 1280"].shown
    assert plain.splitlines()[:-1] == live.splitlines()[:-1]
    assert plain.splitlines()[-1].startswith("As of ")
    assert live.splitlines()[-1] == "Live."


def test_the_tab_key_leads_from_the_content_to_every_link_in_order(seen: dict[str, Seen]) -> None:
    assert seen["by keyboard"].tabbed == [
        "Skip to content",
        "mcpier",
        "Sign out",
        "checkout",
        "Live view of checkout",
    ]


def test_what_is_wrong_is_told_in_words(seen: dict[str, Seen]) -> None:
    shown = seen["/instances/checkout light 360"].shown
    assert "unhealthy" in shown
    assert "chromium: no answer within 5 s" in shown
