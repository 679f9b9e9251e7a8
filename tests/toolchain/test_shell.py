"""The environment for pulumi: tools of the machine's own first, and no passphrase but dev's."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from toolchain.shell import pulumi_variables, tools_folder

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The tools' folder, which is there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    tools_folder().mkdir(parents=True)
    return str(tools_folder())


def printed(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """What `python3 -m toolchain env …` prints."""
    return subprocess.run(
        [sys.executable, "-m", "toolchain", "env", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_tools_folder_stands_behind_all_of_path(folder: str) -> None:
    assert pulumi_variables("dev", {"PATH": "/a:/b"})["PATH"] == f"/a:/b:{folder}"


def test_a_path_that_has_the_folder_stays_as_it_is(folder: str) -> None:
    path = pulumi_variables("dev", {"PATH": "/a"})["PATH"]
    assert pulumi_variables("dev", {"PATH": path})["PATH"] == path


def test_a_folder_that_is_not_there_is_not_named(folder: str) -> None:
    Path(folder).rmdir()
    assert pulumi_variables("dev", {"PATH": "/a"})["PATH"] == "/a"


def test_where_no_path_is_set_the_systems_own_is_kept(folder: str) -> None:
    assert pulumi_variables("dev", {})["PATH"] == f"{os.defpath}:{folder}"


def test_only_the_dev_stack_has_a_passphrase_of_its_own(folder: str) -> None:
    assert pulumi_variables("dev", {})["PULUMI_CONFIG_PASSPHRASE"] == "mcpier-dev"
    assert "PULUMI_CONFIG_PASSPHRASE" not in pulumi_variables("prod", {})


@pytest.mark.parametrize("name", ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
@pytest.mark.parametrize("value", ["mine", ""])
def test_a_passphrase_that_is_given_is_respected(folder: str, name: str, value: str) -> None:
    assert "PULUMI_CONFIG_PASSPHRASE" not in pulumi_variables("dev", {name: value})


def test_the_backend_is_left_to_the_project_and_the_user(folder: str) -> None:
    assert "PULUMI_BACKEND_URL" not in pulumi_variables("dev", {})


def test_the_variables_are_printed_as_a_shell_reads_them(folder: str) -> None:
    done = printed("dev", PATH="/a b:/usr/bin")
    assert done.returncode == 0
    lines = [shlex.split(line) for line in done.stdout.splitlines()]
    assert ["export", f"PATH=/a b:/usr/bin:{folder}"] in lines
    assert all(line[0] == "export" for line in lines)


@pytest.mark.parametrize("stacks", [[], ["dev", "prod"]])
def test_the_variables_are_those_of_one_stack(stacks: list[str]) -> None:
    done = printed(*stacks)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == ("error: env takes one stack\n  → type: python3 -m toolchain env dev\n")


def test_pulumi_works_quickly_unless_somebody_has_set_otherwise() -> None:
    chosen = pulumi_variables("dev", {"GOGC": "50"})
    assert "GOGC" not in chosen
    assert chosen["PULUMI_PARALLEL_DIFF"] == "true"
    assert pulumi_variables("dev", {})["GOGC"] == "400"
