"""Prepares the folder of files that can be fetched, and its server."""

import os
from collections.abc import Sequence
from pathlib import Path

from playwright_instance.room import FILES

SERVER = Path("/run/mcpier/nginx-server.conf")
# Where Chromium looks for the folder of downloads (xdg-user-dirs).
USER_FOLDERS = Path("/home/mcpier/.config/user-dirs.dirs")


def server_lines(hosts: Sequence[str], index: str) -> str:
    """Return the lines of nginx's configuration that differ between instances.

    A file of the name `index` would be served in place of the listing.
    """
    names = dict.fromkeys(host.partition(":")[0] for host in hosts)
    return f"server_name {' '.join(names)};\nindex {index};\n"


def prepare_files(hosts: Sequence[str]) -> None:
    """Write the server's lines, with an index that nobody can guess, and name the folder."""
    SERVER.write_text(server_lines(hosts, os.urandom(16).hex()), encoding="ascii")
    USER_FOLDERS.parent.mkdir(exist_ok=True)
    USER_FOLDERS.write_text(f'XDG_DOWNLOAD_DIR="{FILES}"\n', encoding="ascii")
