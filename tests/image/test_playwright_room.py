"""Which files make room when their folder is nearly full."""

import os
from pathlib import Path

from playwright_instance.room import excess, remove_oldest


def test_the_oldest_files_go_first_and_no_more_than_needed(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for age, name in enumerate(["newest", "below/middle", "oldest"]):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (1_000 - age, 1_000 - age))
    assert remove_oldest(tmp_path, 150) == ["oldest", "middle"]
    assert (tmp_path / "newest").exists()


def test_what_a_link_leads_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(bytes(100))
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "outside")
    assert remove_oldest(folder, 1) == []
    assert (folder / "link").is_symlink()


def test_a_folder_is_emptied_to_half_once_it_is_full_to_three_quarters() -> None:
    assert excess(size=1000, used=749) == 0
    assert excess(size=1000, used=750) == 250
    assert excess(size=1000, used=1000) == 500


def test_nothing_goes_while_there_is_room(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    assert remove_oldest(tmp_path, 0) == []
