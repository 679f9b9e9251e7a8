"""Which Python runs a program, and in which process environment."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain.language_host.errors import HostError


@dataclass(frozen=True)
class Python:
    """executable: the interpreter; virtualenv: the virtual environment that it belongs to."""

    executable: Path
    virtualenv: Path | None = None

    def activate(self, environ: Mapping[str, str]) -> dict[str, str]:
        """`environ` as the virtual environment's `activate` script would leave it."""
        activated = dict(environ)
        if self.virtualenv is not None:
            activated.pop("PYTHONHOME", None)
            activated["VIRTUAL_ENV"] = str(self.virtualenv)
            path = environ.get("PATH")
            folder = str(self.virtualenv / "bin")
            activated["PATH"] = f"{folder}{os.pathsep}{path}" if path else folder
        return activated


def without_import_root(environ: Mapping[str, str], root: Path) -> dict[str, str]:
    """`environ` without `root` on PYTHONPATH: a program must not find this host's code."""
    cleaned = dict(environ)
    entries = cleaned.pop("PYTHONPATH", "").split(os.pathsep)
    kept = [entry for entry in entries if entry and Path(entry).resolve() != root.resolve()]
    if kept:
        cleaned["PYTHONPATH"] = os.pathsep.join(kept)
    return cleaned


def virtualenv_path(root: Path, option: str) -> Path:
    """The `virtualenv` option as an absolute path; it is relative to the project's root."""
    return root / option


def is_virtualenv(path: Path) -> bool:
    """Whether `path` holds an interpreter where virtual environments have theirs."""
    return (path / "bin" / "python").is_file()


def can_be_created(path: Path) -> bool:
    """Whether `path` is missing or an empty folder, so that a new environment destroys nothing."""
    return not path.exists() or (path.is_dir() and not any(path.iterdir()))


def find_python(root: Path, virtualenv: str | None, environ: Mapping[str, str]) -> Python:
    """The interpreter of `virtualenv`, or without one the Python on PATH.

    Raises HostError if the virtual environment is missing, or no Python is on PATH.
    """
    if virtualenv is None:
        return ambient_python(environ)
    path = virtualenv_path(root, virtualenv)
    if not is_virtualenv(path):
        raise HostError(_missing_virtualenv(virtualenv, path))
    return Python(path / "bin" / "python", path)


def ambient_python(environ: Mapping[str, str]) -> Python:
    """The Python on PATH: `PULUMI_PYTHON_CMD`, or else python3, python."""
    chosen = environ.get("PULUMI_PYTHON_CMD")
    names = (chosen,) if chosen else ("python3", "python")
    for name in names:
        found = shutil.which(name, path=environ.get("PATH"))
        if found is not None:
            return Python(Path(found))
    raise HostError(
        f"no Python found: {' and '.join(names)} not on PATH; install Python 3, or name an "
        "interpreter in PULUMI_PYTHON_CMD"
    )


def _missing_virtualenv(option: str, path: Path) -> str:
    found = "is no virtual environment" if path.exists() else "does not exist"
    python = path / "bin" / "python"
    return (
        f"The runtime option 'virtualenv' is {option!r}, but '{path}' {found}; "
        "run `pulumi install`, or create it with these commands:\n\n"
        f"    1. python3 -m venv {path}\n"
        f"    2. {python} -m pip install -r requirements.txt\n"
    )
