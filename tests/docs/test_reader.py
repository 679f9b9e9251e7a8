"""An output that a page shows is held against the real one."""

import pytest

from tests.docs.reader import unlike

REAL = """\
Updating (cli):

    + 32 created
Duration: 47s
exit status 4
echo  healthy  291/1024 MiB  1m 5s
"""


@pytest.mark.parametrize(
    "shown",
    [
        REAL,
        "Updating (cli):\n…\nDuration: 1m2s\necho healthy 7/64 MiB 25s\n",
        "echo healthy 7/64 MiB 3d 4h\n",
    ],
)
def test_measures_spaces_and_what_a_page_leaves_out_may_differ(shown: str) -> None:
    assert unlike(shown, REAL) == []


@pytest.mark.parametrize(
    ("shown", "wrong"),
    [
        ("Duration: 9s\n+ 32 created\n", ["+ 0 created"]),
        ("Updating (cli):\nfailed\nDuration: 9s\n", ["failed"]),
        ("exit status 3\n", ["exit status 3"]),
        ("echo  unhealthy  291/1024 MiB  1m 5s\n", ["echo unhealthy 0/0 MiB 0s"]),
    ],
)
def test_another_order_and_other_words_are_told(shown: str, wrong: list[str]) -> None:
    assert unlike(shown, REAL) == wrong
