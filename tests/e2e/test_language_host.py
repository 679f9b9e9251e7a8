"""Python programs under the real Pulumi CLI and this repository's language host."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ended

REPOSITORY = Path(__file__).parents[2]
# The program ends within five; others may be at work on the machine.
END_SECONDS = 15
COMMAND_SECONDS = 120

# The host and what it starts inherit the file of LIFELINE, and hold it open while they live.
WRAPPER = f"""#!/bin/sh
[ ! -p "$LIFELINE" ] || exec 9>"$LIFELINE"
export PYTHONPATH="{REPOSITORY}"
exec "{sys.executable}" -P -m toolchain.language_host -use-executor "$EXECUTOR" "$@"
"""
PROGRAM = """
import os, pulumi
config = pulumi.Config()
pulumi.export("size", config.require_int("size"))
pulumi.export("secret", [config.require_secret("password"), os.environ.get("PYTHONPATH", "")])
print("said by the program")
"""
LASTING = """
import os, signal, subprocess
with open(os.environ["LIFELINE"], "w") as alive:
    subprocess.Popen(["sleep", "600"], pass_fds=[alive.fileno()])
    print("running", file=alive, flush=True)
    signal.pause()
"""
POLICY = """
from pulumi_policy import EnforcementLevel, PolicyPack, StackValidationPolicy
def validate(stack, report):
    report(f"saw {len(stack.resources)} resource(s)")
PolicyPack("pack", policies=[StackValidationPolicy(
    name="refuse-all", description="Refuses all.", validate=validate,
    enforcement_level=EnforcementLevel.MANDATORY)])
"""


def find(tool: str) -> str:
    """`tool` on PATH; the test fails where it is missing."""
    found = shutil.which(tool)
    if found is None:
        pytest.fail(f"{tool} is not on PATH; run `make up` once, and the tests by `make test`")
    return found


class Project:
    """A Pulumi project in a folder of its own, with a stack `dev` in a backend of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.folder.mkdir(exist_ok=True)
        (tools := folder / "tools").mkdir(exist_ok=True)
        wrapper = tools / "pulumi-language-python"
        wrapper.write_text(WRAPPER)
        wrapper.chmod(0o755)
        self.lifeline = folder / "lifeline"
        self.environ = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "EXECUTOR": find("pulumi-language-python-exec"),
            "LIFELINE": str(self.lifeline),
            "PULUMI_BACKEND_URL": f"file://{tools}",
            "PULUMI_CONFIG_PASSPHRASE": "x",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": "dev",
        }
        self.use(PROGRAM, sys.prefix)

    def begin(self) -> None:
        """Makes the stack, with a config."""
        self.run("stack", "init", "dev")
        self.run("config", "set-all", "--plaintext", "size=3", "--secret", "password=geheim")

    def use(self, program: str, virtualenv: str) -> None:
        (self.folder / "__main__.py").write_text(program)
        runtime = {"name": "python", "options": {"virtualenv": virtualenv}}
        (self.folder / "Pulumi.yaml").write_text(json.dumps({"name": "shop", "runtime": runtime}))

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [find("pulumi"), *arguments, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, status: int = 0) -> str:
        """Runs `pulumi` to its end, which must be `status`: all that it said."""
        with ended(self.start(*arguments)) as process:
            said = process.communicate(timeout=COMMAND_SECONDS)[0]
        assert process.returncode == status, said
        return said


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project that has its stack."""
    folder = tmp_path_factory.mktemp("begun")
    Project(folder).begin()
    return folder


@pytest.fixture
def project(begun: Path, tmp_path: Path) -> Project:
    """A copy of that project, and of its backend."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    return Project(tmp_path)


class Lifeline:
    """A pipe that the host, the program and the program's children hold open."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        # The CLI may start and end a host before the one that runs the program.
        self._held = os.open(path, os.O_WRONLY)

    def wait_for_program(self) -> None:
        assert self._read(COMMAND_SECONDS) == b"running\n"
        os.close(self._held)

    def wait_for_end(self, seconds: float) -> None:
        assert self._read(seconds) == b""
        os.close(self._reader)

    def _read(self, seconds: float) -> bytes:
        assert select.select([self._reader], [], [], seconds)[0], "nothing came, nobody let go"
        return os.read(self._reader, 100)


def test_a_program_goes_up_changes_nothing_twice_and_goes_away(project: Project) -> None:
    assert "said by the program" in project.run("up", "--yes", "--skip-preview")
    outputs = json.loads(project.run("stack", "output", "--json", "--show-secrets"))
    assert outputs == {"size": 3, "secret": ["geheim", ""]}
    project.run("preview", "--expect-no-changes")
    assert "1 deleted" in project.run("destroy", "--yes", "--skip-preview")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("def price():\n    raise ValueError('too dear')\nprice()", "ValueError: too dear"),
        ("import pulumi\nraise pulumi.RunError('set a size')", "error: set a size"),
        ("def price(:", "SyntaxError: invalid syntax"),
        ("import os; os._exit(7)", "Program exited with non-zero exit code: 7"),
        ("import os; os.abort()", "Program was ended by SIGABRT"),
    ],
)
def test_a_failing_program_says_why(project: Project, program: str, said: str) -> None:
    project.use(program, sys.prefix)
    assert said in project.run("preview", status=1)


def test_a_folder_that_is_no_virtual_environment_stops_the_preview(project: Project) -> None:
    (project.folder / "venv").mkdir()
    (project.folder / "venv" / "notes.txt").touch()
    project.use(PROGRAM, "venv")
    said = project.run("preview", status=1)
    assert f"'virtualenv' is 'venv', but '{project.folder}/venv' is no virtual environment" in said
    assert "pulumi install" in said


def test_a_project_without_its_virtual_environment_gets_one(project: Project) -> None:
    project.use(PROGRAM, "venv")
    said = project.run("preview", status=1)
    assert f"No requirements.txt in {project.folder}" in said
    assert "the Pulumi SDK has not been installed" in said
    assert (project.folder / "venv" / "bin" / "python").is_file()


def test_about_names_the_interpreter(project: Project) -> None:
    assert f"executable='{sys.prefix}/bin/python'" in project.run("about")


def test_install_creates_the_virtual_environment(project: Project) -> None:
    project.use(PROGRAM, "venv")
    assert "Finished creating virtual environment" in project.run("install", "--no-plugins")


def test_a_python_policy_pack_sees_the_stack(project: Project) -> None:
    pack = project.folder / "pack"
    pack.mkdir()
    (pack / "__main__.py").write_text(POLICY)
    runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
    (pack / "PulumiPolicy.yaml").write_text(json.dumps({"runtime": runtime, "version": "0.0.1"}))
    said = project.run("preview", "--policy-pack", str(pack), status=1)
    assert "refuse-all" in said
    assert "saw 1 resource(s)" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_the_cli(project: Project, number: signal.Signals) -> None:
    project.use(LASTING, sys.prefix)
    lifeline = Lifeline(project.lifeline)
    with project.start("preview") as process:
        lifeline.wait_for_program()
        process.send_signal(number)
        process.communicate(timeout=END_SECONDS)
        assert process.returncode != 0
        lifeline.wait_for_end(END_SECONDS)
