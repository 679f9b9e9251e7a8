"""Smaller commands: images that nobody uses, the gate's log, lines of logs, completion, speed."""

import json
import os
import re
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.main import get_command

from console import options
from console.app import app
from console.errors import ConsoleError
from console.logs import Line, Source, lines
from console.prune import Image, unused
from console.pulumi import PROJECT
from console.tokens import last_use
from tests.console.conftest import Programs

CPU_SECONDS = 0.25
# Other programs may be at work on the machine.
GENEROUS = 3


def image(name: str, *tags: str) -> dict[str, Any]:
    """An image of five bytes, as the engine inspects it."""
    return {"Id": name, "RepoTags": list(tags), "Size": 5}


def test_only_images_that_mcpier_built_and_nothing_uses_are_pruned() -> None:
    images = [
        image("used", "mcpier/playwright:1"),
        image("old", "mcpier/playwright:0", "somebody/else:1"),
        image("base", "mcpier/base-node:22"),
        image("probe", "mcpier/probe:0"),
        image("foreign", "node:22"),
        {"Id": "untagged", "RepoTags": None, "Size": 1},
    ]
    assert unused(images, {"used"}) == [Image(name="mcpier/playwright:0", size=5)]


def test_prune_removes_by_name_and_tells_what(programs: Programs) -> None:
    programs.answer("docker image ls", "a\nb\n")
    found = [image("a", "mcpier/echo:1"), image("b", "mcpier/echo:2")]
    programs.answer("docker image inspect", found)
    programs.answer("docker container ls", "c\n")
    programs.answer("docker container inspect", [{"Id": "c", "Image": "b"}])
    done = mcpier("prune", "--json")
    assert json.loads(done.stdout) == {"removed": [{"name": "mcpier/echo:1", "size": 5}]}
    assert programs.calls("docker")[-1] == "docker image rm mcpier/echo:1"


def test_nothing_is_pruned_while_an_update_runs(programs: Programs, tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi" / "locks" / "organization" / "mcpier" / "dev"
    folder.mkdir(parents=True)
    held = {"pid": 1, "hostname": "elsewhere", "timestamp": "2026-11-22T10:00:00Z"}
    (folder / "1.json").write_text(json.dumps(held))
    done = mcpier("prune")
    assert done.returncode == 1
    assert "another update of stack dev is running: process 1 on elsewhere" in done.stderr
    assert programs.calls("docker") == []


def test_a_container_that_goes_while_one_looks_is_left_out(programs: Programs) -> None:
    programs.answer("docker container ls", "x\ty\n")
    programs.fail("docker container inspect", "Error: No such container: x")
    status = json.loads(mcpier("status", "--json").stdout)
    assert status["instances"]["demo"]["state"] == "absent"


def test_the_last_use_is_the_last_request_that_the_gate_let_pass() -> None:
    log = [
        "authgate's own words",
        json.dumps({"time": "1", "instance": "mcp-a", "token": "x", "decision": "allow"}),
        json.dumps({"time": "2", "instance": "mcp-a", "token": "x", "decision": "allow"}),
        json.dumps({"time": "3", "instance": "mcp-a", "token": "x", "decision": "refuse"}),
        "[]",
    ]
    use = last_use(log)
    assert (use.first, use.last) == ("1", {("mcp-a", "x"): "2"})


def test_lines_of_one_program_are_told_apart(programs: Programs) -> None:
    log = "2026-01-01T00:00:00Z [mcp] hello\n2026-01-01T00:00:01Z [not one] plain\n"
    programs.answer("docker container logs", log)
    (line,) = lines(Source(container="c", program="mcp"), [])
    assert line == Line(time="2026-01-01T00:00:00Z", part="mcp", text="hello")
    with pytest.raises(ConsoleError, match="programs that are named in it: mcp"):
        list(lines(Source(container="c", program="mpc"), []))
    both = list(lines(Source(container="c", program=None), []))
    assert [each.text for each in both] == ["hello", "[not one] plain"]


def test_verbose_prints_what_is_run(programs: Programs) -> None:
    done = mcpier("preview", "-v")
    assert done.returncode == 0
    shown = [line for line in done.stderr.splitlines() if line.startswith("$ pulumi ")]
    assert shown == [
        "$ pulumi stack select --create dev --non-interactive",
        "$ pulumi stack export --stack dev --non-interactive",
        "$ pulumi preview --stack dev --non-interactive",
    ]
    assert "$ " not in mcpier("preview").stderr


def test_json_of_a_preview_is_pulumis_and_nothing_else(programs: Programs) -> None:
    programs.answer("pulumi stack select", "Created stack 'dev'\n")
    programs.answer("pulumi preview --stack", {"steps": []})
    done = mcpier("preview", "--json")
    assert json.loads(done.stdout) == {"steps": []}
    assert "Created stack 'dev'" in done.stderr


@pytest.mark.parametrize(
    ("shell", "typed", "offered"),
    [
        ("bash", "mcpier re", {"restart", "remove"}),
        ("bash", "mcpier restart d", {"demo"}),
        ("bash", "mcpier logs tr", {"traefik"}),
        ("bash", "mcpier token revoke demo ", {"dev"}),
        ("bash", "mcpier status --stack de", {"dev"}),
        ("bash", "mcpier add x --type play", {"playwright"}),
        ("zsh", "mcpier re", {"restart", "remove"}),
        ("zsh", "mcpier restart d", {"demo"}),
        ("fish", "mcpier re", {"restart", "remove"}),
        ("fish", "mcpier restart d", {"demo"}),
    ],
)
def test_what_is_begun_is_completed(shell: str, typed: str, offered: set[str]) -> None:
    done = completed(shell, typed)
    assert offered <= set(re.findall(r"[\w-]+", done)), done
    assert "socket-proxy" not in done


def test_ids_and_tokens_are_completed_as_pulumi_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "STACKS", tmp_path)
    text = "config:\n  mcpier:instances:\n    on: {tokens: [off]}\n    other: {}\n"
    (tmp_path / "Pulumi.dev.yaml").write_text(text)
    context: Any = SimpleNamespace(params={"instance": "on"})
    assert options.complete_instance(context, "o") == ["on", "other"]
    assert options.complete_token(context, "") == ["off"]


def test_bash_itself_completes_an_instance(tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text(run(_MCPIER_COMPLETE="source_bash").stdout)
    program = tmp_path / "mcpier"
    start = "import sys; sys.argv[0] = 'mcpier'; from console.app import main; main()"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{start}"\n')
    program.chmod(0o755)
    typed = 'COMP_WORDS=(mcpier restart d) COMP_CWORD=2; _mcpier_completion "$0"; echo "$COMPREPLY"'
    done = subprocess.run(
        ["bash", "-c", f'. "{script}"; {typed}', str(program)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("demo\n", "")


@pytest.mark.parametrize("words", [["--help"], ["token", "--help"]])
def test_help_does_not_wait_for_what_commands_import(words: list[str]) -> None:
    assert min(cpu_seconds(lambda: mcpier(*words)) for _ in range(3)) < CPU_SECONDS * GENEROUS


def test_completion_is_as_quick() -> None:
    assert (
        min(cpu_seconds(lambda: completed("bash", "mcpier st")) for _ in range(3))
        < CPU_SECONDS * GENEROUS
    )


def words_of_commands(group: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """What is typed for each command, those of groups included."""
    for name, command in group.commands.items():
        words = (*before, name)
        yield from words_of_commands(command, words) if hasattr(command, "commands") else [words]


@pytest.mark.parametrize("words", list(words_of_commands(get_command(app))), ids=" ".join)
def test_every_command_takes_a_stack_json_and_v(words: tuple[str, ...]) -> None:
    command: Any = get_command(app)
    for word in words:
        command = command.commands[word]
    taken = {option for parameter in command.params for option in parameter.opts}
    assert {"--stack", "--json", "--verbose", "-v"} <= taken


def test_a_stack_that_is_not_there_has_no_host_to_prune(programs: Programs) -> None:
    done = mcpier("prune", "--stack", "no-such-stack")
    assert done.returncode == 1
    assert "there is no stacks/Pulumi.no-such-stack.yaml" in done.stderr
    assert programs.calls("docker") == []


def test_what_is_mistyped_ends_with_status_2_and_a_guess() -> None:
    done = mcpier("stauts")
    assert done.returncode == 2
    assert "Did you mean 'status'" in done.stderr


def completed(shell: str, typed: str) -> str:
    """What a shell is offered for a line that is begun."""
    number = str(len(typed.split(" ")) - 1)
    asked = {
        "bash": {"COMP_WORDS": typed, "COMP_CWORD": number},
        "zsh": {"_TYPER_COMPLETE_ARGS": typed},
        "fish": {"_TYPER_COMPLETE_ARGS": typed, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    return run(_MCPIER_COMPLETE=f"complete_{shell}", **asked).stdout


def cpu_seconds(act: object) -> float:
    """What the processes that it starts need of a processor: others may be at work as well."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert callable(act)
    act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def mcpier(*words: str) -> subprocess.CompletedProcess[str]:
    return run(*words)


def run(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    program = "import sys; sys.argv[0] = 'mcpier'; from console.app import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=PROJECT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_nobody_has_foreseen_is_one_message_and_with_v_its_place(programs: Programs) -> None:
    programs.answer("docker container ls", "x\ty\n")
    programs.answer("docker container inspect", [{"Id": "x", "Name": "/y"}])
    done = mcpier("status")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "error: mcpier has come upon what it does not know: KeyError: 'State'",
        "  → report it with what the same command prints with -v",
    ]
    assert "Traceback" in mcpier("status", "-v").stderr


def test_a_half_finished_update_is_told_with_how_to_go_on(
    programs: Programs, tmp_path: Path
) -> None:
    folder = tmp_path / ".pulumi" / "locks" / "organization" / "mcpier" / "dev"
    folder.mkdir(parents=True)
    held = {"pid": 2**22 + 1, "hostname": socket.gethostname(), "timestamp": "then"}
    (folder / "lock.json").write_text(json.dumps(held))
    programs.answer("docker container ls", "")
    (note,) = json.loads(mcpier("status", "--json").stdout)["notes"]
    assert note.startswith(
        f"the update of process {2**22 + 1} was killed half-way; make up STACK=dev"
    )
