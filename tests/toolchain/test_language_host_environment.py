"""The command line, the options and the Python environment of the Python language host."""

from pathlib import Path

import pytest

from toolchain.language_host.arguments import Arguments, parse_arguments
from toolchain.language_host.environment import (
    Python,
    ambient_python,
    can_be_created,
    find_python,
    without_import_root,
)
from toolchain.language_host.errors import HostError
from toolchain.language_host.options import RuntimeOptions, parse_options


def make_virtualenv(path: Path) -> Path:
    python = path / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch(mode=0o755)
    return path


@pytest.mark.parametrize(
    "argv",
    [
        ["127.0.0.1:1234"],
        ["--logtostderr", "-v=9", "--tracing", "file:/t", "--logflow", "127.0.0.1:1234"],
        ["-root", "/p", "-virtualenv=venv", "-logtostderr", "-v", "3", "127.0.0.1:1234"],
    ],
)
def test_every_way_the_engine_starts_the_host_is_understood(argv: list[str]) -> None:
    assert parse_arguments(argv).engine_address == "127.0.0.1:1234"


def test_the_engine_address_may_come_later_by_handshake() -> None:
    assert parse_arguments([]) == Arguments(engine_address=None, executor=None, tracing=None)


def test_tracing_and_executor_are_taken_from_their_flags() -> None:
    parsed = parse_arguments(["-tracing=file:/t", "-use-executor", "/bin/run", "a:1"])
    assert (parsed.tracing, parsed.executor) == ("file:/t", "/bin/run")


def test_an_unknown_flag_ends_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments(["--nonsense", "a:1"])
    assert ended.value.code == 2
    assert "usage: pulumi-language-python" in capsys.readouterr().err


def test_the_runtime_options_give_the_virtual_environment() -> None:
    assert parse_options({"virtualenv": "venv", "toolchain": "pip"}) == RuntimeOptions("venv")
    assert parse_options({}) == RuntimeOptions(None)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"virtualenv": 3.0}, "virtualenv"),
        ({"toolchain": "uv"}, "toolchain"),
        ({"typechecker": "mypy"}, "typechecker"),
    ],
)
def test_an_option_that_this_host_does_not_offer_is_refused_by_name(
    options: dict[str, object], named: str
) -> None:
    with pytest.raises(HostError, match=f"runtime option '{named}'"):
        parse_options(options)


def test_a_virtual_environment_is_relative_to_the_projects_root(tmp_path: Path) -> None:
    path = make_virtualenv(tmp_path / "venv")
    found = find_python(tmp_path, "venv", {})
    assert found == Python(path / "bin" / "python", path)
    assert find_python(Path("/elsewhere"), str(path), {}) == found


def test_a_missing_virtual_environment_is_named_with_the_commands_that_make_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(HostError) as raised:
        find_python(tmp_path, "venv", {})
    message = str(raised.value)
    assert f"'virtualenv' is 'venv', but '{tmp_path}/venv' does not exist" in message
    assert "`pulumi install`" in message
    assert f"python3 -m venv {tmp_path}/venv" in message


def test_a_folder_that_is_no_virtual_environment_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    with pytest.raises(HostError, match="is no virtual environment"):
        find_python(tmp_path, "venv", {})


def test_without_the_option_the_python_on_path_runs(tmp_path: Path) -> None:
    make_virtualenv(tmp_path)
    bin_folder = tmp_path / "bin"
    assert ambient_python({"PATH": str(bin_folder)}) == Python(bin_folder / "python")
    (bin_folder / "python3").touch(mode=0o755)
    assert ambient_python({"PATH": str(bin_folder)}) == Python(bin_folder / "python3")
    chosen = {"PATH": str(bin_folder), "PULUMI_PYTHON_CMD": "python"}
    assert ambient_python(chosen) == Python(bin_folder / "python")


def test_no_python_on_path_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="python3 and python not on PATH; install Python 3"):
        ambient_python({"PATH": str(tmp_path)})


def test_a_virtual_environment_is_created_only_where_it_destroys_nothing(tmp_path: Path) -> None:
    assert can_be_created(tmp_path / "missing")
    assert can_be_created(tmp_path)
    (tmp_path / "file").touch()
    assert not can_be_created(tmp_path)
    assert not can_be_created(tmp_path / "file")


def test_activation_changes_what_the_activate_script_changes() -> None:
    python = Python(Path("/v/bin/python"), Path("/v"))
    given = {"PATH": "/usr/bin", "PYTHONHOME": "/x", "VIRTUAL_ENV": "/old", "HOME": "/h"}
    expected = {"PATH": "/v/bin:/usr/bin", "VIRTUAL_ENV": "/v", "HOME": "/h"}
    assert python.activate(given) == expected
    assert python.activate({})["PATH"] == "/v/bin"
    assert Python(Path("/usr/bin/python3")).activate(given) == given


@pytest.mark.parametrize(
    ("given", "left"),
    [("/repo", None), ("/repo:/mine", "/mine"), ("/mine:/repo/.", "/mine"), ("/mine", "/mine")],
)
def test_a_program_does_not_get_the_import_root_of_the_host(given: str, left: str | None) -> None:
    assert without_import_root({"PYTHONPATH": given}, Path("/repo")).get("PYTHONPATH") == left
