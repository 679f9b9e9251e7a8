"""Builds one of Pulumi's tools, once per machine and version, into the cache."""

import hashlib
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from toolchain.errors import SetupError
from toolchain.steps import Say, cache_dir, run_step

SOURCES = Path(__file__).parent
PULUMI = "3.256.0"
DOCKER = "5.2.0"
COMMAND = "1.2.1"


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A program, the folder of its sources here, and the plugin (name, version) that it is.

    `beside` are the folders of modules that several tools share, which its own finds beside it.
    """

    program: str
    folder: str
    plugin: tuple[str, str] | None
    steps: Callable[["Workshop"], None]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """A scratch copy of a tool's sources; what is built into `target` is moved to `home`."""

    tool: Tool
    sources: Path
    target: Path
    home: Path
    log: Path
    say: Say

    def run(self, title: str, argv: Iterable[str]) -> None:
        """Runs one step, in the sources."""
        shell = ["sh", "-c", 'cd "$0" && exec "$@"', str(self.sources), *argv]
        run_step(title, shell, self.log, self.say, {"GOFLAGS": "-buildvcs=false", "GOWORK": "off"})

    def go_build(self, package: str, output: Path, **variables: str) -> None:
        """Builds a Go package; `variables` are set in it by the linker."""
        flags = " ".join(f"-X {name}={value}" for name, value in variables.items())
        argv = [
            "go",
            "build",
            "-trimpath",
            "-ldflags",
            f"-s -w {flags}",
            "-o",
            str(output),
            package,
        ]
        self.run(f"go build {self.tool.program}", argv)


def program(tool: Tool) -> Path:
    """Where the cache has the program, built from these very sources, if it has been built."""
    folder = f"{tool.program}-{_digest(tool)}"
    return cache_dir() / "toolchain" / folder / tool.program


def build(tool: Tool, say: Say) -> Path:
    """Builds the program unless the cache has it, and gives its path."""
    built = program(tool)
    if built.exists():
        return built
    if shutil.which("go") is None:
        raise SetupError(
            f"{tool.program} is not on PATH, and Go is not there to build it",
            f"install Pulumi {PULUMI} as its documentation says, or Go, and run this again",
        )
    say(f"building {tool.program} from its modules, once for this machine")
    with _workshop(tool, built.parent, say) as workshop:
        tool.steps(workshop)
    return built


@contextmanager
def _workshop(tool: Tool, target: Path, say: Say) -> Iterator[Workshop]:
    """A workshop whose result gets its final name when it is whole."""
    log = cache_dir() / "logs" / f"{tool.program}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="building-") as scratch:
        for folder in (tool.folder, *tool.beside):
            shutil.copytree(SOURCES / folder, Path(scratch, "sources", folder))
        sources = Path(scratch, "sources", tool.folder)
        partial = Path(scratch, "target")
        partial.mkdir()
        yield Workshop(tool=tool, sources=sources, target=partial, home=target, log=log, say=say)
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)


def _digest(tool: Tool) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for folder in (tool.folder, *tool.beside):
        for file in sorted((SOURCES / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and file.name != "schema.json":
                digest.update(f"{file.relative_to(SOURCES)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _build_cli(workshop: Workshop) -> None:
    version = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
    package = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
    workshop.go_build(package, workshop.target / "pulumi", **{version: f"v{PULUMI}"})


def _build_docker(workshop: Workshop) -> None:
    """Two steps: the bridge's own generator writes the schema, which the plugin embeds."""
    version = {"mcpier.dev/toolchain/docker/provider.Version": DOCKER}
    generator = workshop.sources / "generate-schema"
    workshop.go_build("./schema", generator, **version)
    schema = ["sh", "-c", f"{generator} > plugin/schema.json"]
    workshop.run("generating the schema of the docker provider", schema)
    workshop.go_build("./plugin", workshop.target / "pulumi-resource-docker", **version)


def _build_command(workshop: Workshop) -> None:
    output = workshop.target / "pulumi-resource-command"
    workshop.go_build(".", output, **{"main.Version": COMMAND})


def _build_language_host(workshop: Workshop) -> None:
    """A venv of its own, a copy of the sources, and a program that joins them."""
    package = workshop.target / "lib" / "toolchain"
    shutil.copytree(workshop.sources, package / "language_host")
    (package / "__init__.py").touch()
    venv = workshop.target / "venv"
    workshop.run("python -m venv", [sys.executable, "-m", "venv", str(venv)])
    lock = str(workshop.sources / "requirements.lock")
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--require-hashes", "-r", lock]
    workshop.run("pip install", pip)
    executor = str(workshop.target / "pulumi-language-python-exec")
    workshop.run("fetching the executor", ["sh", "-c", EXECUTOR, executor, str(SOURCES / "cli")])
    program = workshop.target / "pulumi-language-python"
    program.write_text(LANGUAGE_HOST.format(home=shlex.quote(str(workshop.home))))
    program.chmod(0o755)


# The program that runs a user's program lies in the Go module of Pulumi's SDK.
EXECUTOR = """\
set -e
module=github.com/pulumi/pulumi/sdk/v3
go -C "$1" mod download $module
cp "$(go -C "$1" list -m -f '{{.Dir}}' $module)/python/cmd/pulumi-language-python-exec" "$0"
chmod 755 "$0"
"""

# -P: a folder or module of the user's project must not stand in for one of the host's.
LANGUAGE_HOST = """\
#!/bin/sh
home={home}
export PYTHONPATH="$home/lib${{PYTHONPATH:+:$PYTHONPATH}}"
exec "$home/venv/bin/python" -P -m toolchain.language_host \\
    -use-executor "$home/pulumi-language-python-exec" "$@"
"""

TOOLS = (
    Tool(program="pulumi", folder="cli", plugin=None, steps=_build_cli),
    Tool(
        program="pulumi-language-python",
        folder="language_host",
        plugin=None,
        steps=_build_language_host,
    ),
    Tool(
        program="pulumi-resource-docker",
        folder="docker",
        plugin=("docker", DOCKER),
        steps=_build_docker,
        beside=("lifetime",),
    ),
    Tool(
        program="pulumi-resource-command",
        folder="command",
        plugin=("command", COMMAND),
        steps=_build_command,
        beside=("lifetime",),
    ),
)
