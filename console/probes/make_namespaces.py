"""Tries what a browser's sandbox does: user, pid and network namespaces, and a chroot in them.

Reads a list of the kernel's settings that could forbid it on stdin.
Prints `{"refused": text, "settings": {name: value, …}}`: why that is refused, which is empty where
it is not, and those settings, as far as the kernel has them and shows them.
"""

import ctypes
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

# linux/sched.h
NEW_USER, NEW_PID, NEW_NET = 0x10000000, 0x20000000, 0x40000000


def main() -> None:
    settings = {}
    for name in json.load(sys.stdin):
        with suppress(OSError):
            settings[name] = int(Path("/proc/sys", name.replace(".", "/")).read_text())
    print(json.dumps({"refused": refused(), "settings": settings}))


def refused() -> str:
    user, group = os.getuid(), os.getgid()
    try:
        unshare(NEW_USER)
        # user_namespaces(7): a group is mapped once none can be set.
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
        unshare(NEW_PID | NEW_NET)
        os.chroot("/")
    except OSError as error:
        return error.strerror or str(error)
    return ""


def unshare(namespaces: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(namespaces) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


main()
