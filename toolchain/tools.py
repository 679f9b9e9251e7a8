"""Pulumi's tools: what is on PATH or can be downloaded is used; the rest is built from modules."""

import os
import shutil
import subprocess
from pathlib import Path

from toolchain import builds
from toolchain.builds import TOOLS, Tool
from toolchain.shell import tools_folder
from toolchain.steps import Say

DOWNLOAD_SECONDS = 120


def ensure_tools(say: Say) -> None:
    """Makes every tool available, on PATH or in the folder that is appended to it.

    Raises `SetupError` where a tool is neither there nor can be built.
    """
    missing = [tool for tool in TOOLS if not (_available(tool) or _downloaded(tool, say))]
    folder = tools_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for tool in missing:
        for file in builds.build(tool, say).parent.iterdir():
            if file.is_file():
                _link(folder / file.name, file)


def _available(tool: Tool) -> bool:
    return _on_path(tool.program) or (
        tool.plugin is not None and _plugin_dir(*tool.plugin).is_dir()
    )


def _on_path(program: str) -> bool:
    """Whether the machine has one of its own: what was built here may be out of date."""
    found = shutil.which(program)
    return found is not None and Path(found).parent != tools_folder()


def _downloaded(tool: Tool, say: Say) -> bool:
    """Asks a Pulumi that is there for the plugin; one built here cannot download any."""
    if tool.plugin is None or not _on_path("pulumi") or builds.program(tool).exists():
        return False
    name, version = tool.plugin
    say(f"asking pulumi for the {name} provider {version}")
    command = ["pulumi", "plugin", "install", "resource", name, version]
    try:
        done = subprocess.run(command, capture_output=True, timeout=DOWNLOAD_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _plugin_dir(name: str, version: str) -> Path:
    """Where Pulumi keeps a plugin that it has downloaded."""
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    return home / "plugins" / f"resource-{name}-v{version}"


def _link(link: Path, target: Path) -> None:
    """A hard link: pulumi looks for its language host beside itself, behind symbolic links."""
    if link.exists() and link.samefile(target):
        return
    # Another set-up may link the same at this moment.
    partial = link.with_name(f"{link.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    partial.hardlink_to(target)
    partial.rename(link)
    # Where both are the same file by now, rename leaves both.
    partial.unlink(missing_ok=True)
