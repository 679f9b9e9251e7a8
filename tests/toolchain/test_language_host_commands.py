"""What the Python language host runs, and which plugins it names to the engine."""

import json
from pathlib import Path

import pytest
from pulumi.runtime.proto.language_pb2 import ProgramInfo, RunRequest

from toolchain.language_host.commands import (
    plugin_arguments,
    program_arguments,
    program_result,
    program_variables,
)
from toolchain.language_host.errors import HostError
from toolchain.language_host.packages import (
    InstalledPackage,
    package_dependency,
    plugin_version,
    required_packages,
)


def make_package(plugin: object, version: str = "1.2.3") -> InstalledPackage:
    return InstalledPackage("pulumi-sample", version, json.dumps(plugin))


def make_run_request() -> RunRequest:
    return RunRequest(
        monitor_address="m:1",
        project="shop",
        stack="dev",
        pwd="/p/main",
        dryRun=True,
        parallel=4,
        organization="org",
        config={"shop:size": "3", "shop:password": "geheim"},
        configSecretKeys=["shop:password"],
        args=["extra"],
        info=ProgramInfo(root_directory="/p", program_directory="/p/main", entry_point="."),
    )


def test_a_program_is_told_everything_that_the_request_says() -> None:
    arguments = program_arguments(make_run_request(), "e:2", "file:/t")
    assert arguments[-2:] == [".", "extra"]
    assert dict(zip(arguments[:-2:2], arguments[1:-2:2], strict=True)) == {
        "--monitor": "m:1",
        "--engine": "e:2",
        "--project": "shop",
        "--root_directory": "/p",
        "--stack": "dev",
        "--pwd": "/p/main",
        "--dry_run": "true",
        "--parallel": "4",
        "--tracing": "file:/t",
        "--organization": "org",
    }


def test_what_the_request_leaves_out_is_no_argument() -> None:
    request = RunRequest(info=ProgramInfo(entry_point="app.py"))
    arguments = ["--engine", "e:2", "--dry_run", "false", "--parallel", "0", "app.py"]
    assert program_arguments(request, "e:2", None) == arguments


def test_the_config_goes_by_environment_and_not_by_argv() -> None:
    variables = program_variables(make_run_request())
    config = {"shop:size": "3", "shop:password": "geheim"}
    assert json.loads(variables["PULUMI_CONFIG"]) == config
    assert json.loads(variables["PULUMI_CONFIG_SECRET_KEYS"]) == ["shop:password"]
    assert "geheim" not in " ".join(program_arguments(make_run_request(), "e:2", None))


@pytest.mark.parametrize(
    ("status", "error", "bail"),
    [
        (0, "", False),
        (32, "", True),
        (1, "Program exited with non-zero exit code: 1", False),
        (-9, "Program was ended by SIGKILL", False),
    ],
)
def test_the_end_of_a_program_is_told_as_pulumi_tells_it(
    status: int, error: str, bail: bool
) -> None:
    result = program_result(status)
    assert (result.error, result.bail) == (error, bail)


def test_a_policy_pack_is_run_by_the_sdk(tmp_path: Path) -> None:
    expected = ["-u", "-m", "pulumi.policy", "--logtostderr", "e:2", str(tmp_path)]
    assert plugin_arguments("analyzer", tmp_path, ["--logtostderr", "e:2"]) == expected


def test_a_plugin_is_its_main_file_or_else_its_package(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "my-plugin"\n[build-system]\nbuild-backend = "b"\n'
    )
    packaged = ["-m", "pulumi.run.plugin", "my-plugin", "e:2"]
    assert plugin_arguments("resource", tmp_path, ["e:2"]) == packaged
    (tmp_path / "__main__.py").touch()
    assert plugin_arguments("resource", tmp_path, ["e:2"]) == [str(tmp_path), "e:2"]


@pytest.mark.parametrize("pyproject", [None, '[project]\nname = "not-buildable"\n', "no [toml"])
def test_a_folder_that_is_no_plugin_is_refused_by_name(
    tmp_path: Path, pyproject: str | None
) -> None:
    if pyproject is not None:
        (tmp_path / "pyproject.toml").write_text(pyproject)
    with pytest.raises(HostError, match=str(tmp_path)):
        plugin_arguments("resource", tmp_path, [])


def test_a_package_names_the_plugin_that_it_needs() -> None:
    plugin = {"resource": True, "name": "sample", "version": "1.0.1", "server": "s"}
    dependency = package_dependency(make_package(plugin))
    assert dependency is not None
    found = (dependency.name, dependency.kind, dependency.version, dependency.server)
    assert found == ("sample", "resource", "v1.0.1", "s")
    assert not dependency.HasField("parameterization")


def test_what_the_plugin_file_leaves_out_comes_from_the_package() -> None:
    dependency = package_dependency(make_package({"resource": True}, version="2.0.0rc1"))
    assert dependency is not None
    assert (dependency.name, dependency.version) == ("sample", "v2.0.0-rc.1")


def test_a_parameterized_package_keeps_its_parameter() -> None:
    parameter = {"name": "base", "version": "0.1.0", "value": "cGFyYW0="}
    plugin = {"resource": True, "parameterization": parameter, "version": "1.0.0"}
    dependency = package_dependency(make_package(plugin))
    assert dependency is not None
    assert dependency.parameterization.name == "base"
    assert dependency.parameterization.value == b"param"


def test_packages_without_a_resource_plugin_need_none() -> None:
    installed = [
        make_package({"resource": False, "name": "sample"}),
        InstalledPackage("pulumi", "3.0.0", None),
        InstalledPackage("requests", "2.0.0", None),
    ]
    assert required_packages(installed) == []


@pytest.mark.parametrize("text", ["no json", "[]"])
def test_a_broken_plugin_file_names_its_package(text: str) -> None:
    with pytest.raises(HostError, match=r"pulumi-plugin\.json of pulumi-sample 1\.2\.3"):
        package_dependency(InstalledPackage("pulumi-sample", "1.2.3", text))


@pytest.mark.parametrize(
    ("python", "semantic"),
    [
        ("1.2.3", "1.2.3"),
        ("1.2", "1.2.0"),
        ("1.2.3a4", "1.2.3-alpha.4"),
        ("1.2.3b4", "1.2.3-beta.4"),
        ("1.2.3rc4", "1.2.3-rc.4"),
        ("1!1.2.3", None),
        ("1.2.3+local", None),
    ],
)
def test_a_python_version_becomes_the_plugins(python: str, semantic: str | None) -> None:
    assert plugin_version(python) == semantic
