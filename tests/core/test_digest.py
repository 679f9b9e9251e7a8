"""Digests of build contexts: equal for equal content, different for any other."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core.digest import ContextFile, context_digest, image_tag

DOCKERFILE = ContextFile(path="Dockerfile", content=b"FROM scratch\n", executable=False)
PROGRAM = ContextFile(path="bin/run", content=b"#!/bin/sh\n", executable=True)
FILES = st.lists(
    st.builds(
        ContextFile,
        path=st.text(st.sampled_from("ab/.x-"), min_size=1, max_size=5),
        content=st.binary(max_size=6),
        executable=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda file: file.path,
)


def test_the_order_of_the_files_does_not_matter() -> None:
    assert context_digest([DOCKERFILE, PROGRAM]) == context_digest(iter([PROGRAM, DOCKERFILE]))


@pytest.mark.parametrize(
    "other",
    [
        replace(PROGRAM, path="bin/go"),
        replace(PROGRAM, content=b"#!/bin/bash\n"),
        replace(PROGRAM, executable=False),
    ],
    ids=["path", "content", "mode"],
)
def test_a_changed_file_changes_the_digest(other: ContextFile) -> None:
    assert context_digest([DOCKERFILE, other]) != context_digest([DOCKERFILE, PROGRAM])


@settings(deadline=None)
@given(FILES, FILES)
def test_two_contexts_share_a_digest_only_if_they_are_the_same(
    one: list[ContextFile], other: list[ContextFile]
) -> None:
    same = set(one) == set(other)
    assert (context_digest(one) == context_digest(other)) is same


@pytest.mark.parametrize("head", [b"b\0-\x001\0", b"b\0-\0\0", b"b\0-\0", b"b\0", b"b"])
def test_a_files_content_cannot_pose_as_another_file(head: bytes) -> None:
    one = ContextFile(path="a", content=b"1", executable=False)
    other = ContextFile(path="b", content=b"2", executable=False)
    forged = replace(one, content=one.content + head + other.content)
    assert context_digest([forged]) != context_digest([one, other])


def test_the_tag_is_a_digest_behind_the_repository() -> None:
    tag = image_tag("mcpier/browser", "0" * 64, {"BASE": "node:22"})
    repository, _, digest = tag.partition(":")
    assert repository == "mcpier/browser"
    assert len(digest) == 16
    assert int(digest, 16) >= 0


def test_the_order_of_the_arguments_does_not_matter() -> None:
    assert image_tag("x", "0", {"A": "1", "B": "2"}) == image_tag("x", "0", {"B": "2", "A": "1"})


@pytest.mark.parametrize(
    ("context", "arguments"),
    [
        ("1", {"BASE": "a"}),
        ("0", {"BASE": "b"}),
        ("0", {"BASIS": "a"}),
        ("0", {}),
        ("0", {"BASE": "a", "B": ""}),
    ],
)
def test_context_and_every_argument_change_the_tag(context: str, arguments: dict[str, str]) -> None:
    assert image_tag("x", context, arguments) != image_tag("x", "0", {"BASE": "a"})
