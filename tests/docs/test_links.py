"""The pages lead to what is there."""

import re

import pytest

from tests.docs.pages import PROJECT, every_page, prose_of

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*?)\s*$", re.MULTILINE)


def anchors(page: str) -> set[str]:
    """The anchors that its headings have on the web."""
    titles = (
        re.sub(r"[`*]|\]\([^)]*\)|\[", "", title) for title in HEADING.findall(prose_of(page))
    )
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", every_page())
def test_a_link_leads_to_a_file_and_a_heading_that_are_there(page: str) -> None:
    wrong = []
    for link in LINK.findall(prose_of(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (PROJECT / page).parent / path if path else PROJECT / page
        there = target.exists() and (not anchor or anchor in anchors(str(target)))
        wrong += [] if there else [link]
    assert wrong == []
