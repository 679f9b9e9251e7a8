"""Programs of Debian's packages, unpacked and not installed, so that no service starts."""

import shutil
import subprocess
from pathlib import Path

from toolchain.steps import cache_dir


def unpacked_program(name: str, *packages: str) -> str:
    """A program as it is on PATH; else that of the first package, with the others' libraries."""
    if found := shutil.which(name):
        return found
    folder = cache_dir() / "tests" / packages[0]
    places = [folder / place / name for place in ("bin", "usr/bin", "usr/sbin")]
    if not any(place.exists() for place in places):
        folder.mkdir(parents=True, exist_ok=True)
        fetch = ["apt-get", "download", "-o", "APT::Sandbox::User=root", *packages]
        if subprocess.run(fetch, cwd=folder, capture_output=True).returncode != 0:
            subprocess.run(["apt-get", "update"], capture_output=True, check=True)
            subprocess.run(fetch, cwd=folder, capture_output=True, check=True)
        for archive in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(archive), str(folder)], check=True)
            archive.unlink()
    return str(next(place for place in places if place.exists()))


def library_path(program: str) -> str:
    """`LD_LIBRARY_PATH` for the libraries that were unpacked with a program."""
    root = Path(program).parents[2]
    found = (file.parent for place in ("lib", "usr/lib") for file in root.glob(f"{place}/*/*.so.*"))
    return ":".join(sorted({str(folder) for folder in found if root != Path("/")}))
