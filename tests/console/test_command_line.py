"""The command line as a process: what it prints, and how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from console.drift import CONTAINER
from console.pulumi import PROJECT
from tests.console.conftest import Programs
from tests.processes import ended

URL = "https://mcp-demo.mcpier.localhost:8443/mcp"
VIEW = "https://vnc-demo.mcpier.localhost:8443/"
ENTRY = {"url": URL, "headers": {"Authorization": "Bearer mcpier_x"}}


@pytest.fixture(autouse=True)
def deployed(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployed stack on another engine, whose ports are not this machine's."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere")
    monkeypatch.setenv("MCPIER_PHASES", "engine=0.1 python=2.0")
    told = {"free": 1 << 40, "listeners": [], "forgetful": [], "refused": "", "settings": {}}
    programs.answer("docker run --rm", told)
    programs.answer("pulumi stack output clients", {"demo": {"dev": ENTRY}})
    programs.answer("pulumi stack ls", [{"name": "organization/mcpier/dev"}])


def mcpier(*arguments: str, checkout: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    program = "from console.app import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )


def steps(programs: Programs) -> list[str]:
    """What pulumi was asked for, in order."""
    return [" ".join(call.split()[1:3]) for call in programs.calls("pulumi")]


def test_up_repairs_then_deploys_then_says_how_to_connect(programs: Programs) -> None:
    done = mcpier("up")
    assert (done.returncode, done.stderr) == (0, "")
    assert steps(programs) == ["stack select", "stack export", "up --yes"]
    printed = done.stdout.splitlines()
    assert printed[1:8] == [
        "demo (playwright, running)",
        f"  MCP            {URL}",
        f"  live view      {VIEW}",
        "  open the view  .venv/bin/mcpier view demo --stack dev",
        "  client config  .venv/bin/mcpier connect demo --stack dev --json",
        "portal           https://app.mcpier.localhost:8443/",
        "  open it        .venv/bin/mcpier portal --stack dev",
    ]
    assert printed[-1].startswith("seconds: engine 0.1  python 2.0  prepare ")
    assert "  total " in printed[-1]


def test_a_client_is_connected_without_what_only_its_engine_asks_for(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = tmp_path / "checkout"
    for part in ("console", "components", "toolchain", "image", "stacks"):
        shutil.copytree(PROJECT / part, checkout / part)
    shutil.copy(PROJECT / "Pulumi.yaml", checkout)
    with (checkout / "stacks" / "Pulumi.dev.yaml").open("a") as file:
        file.write("  mcpier:docker: {host: 'tcp://docker.example.org:2376'}\n")
    monkeypatch.delenv("DOCKER_CERT_PATH", raising=False)
    done = mcpier("connect", "demo", "--json", checkout=checkout)
    assert (done.stderr, json.loads(done.stdout)) == ("", ENTRY)
    refused = mcpier("up", checkout=checkout)
    assert refused.returncode == 1
    assert "mcpier:docker.host: expected DOCKER_CERT_PATH to name a folder" in refused.stderr


def test_an_up_that_fails_ends_in_one_message(programs: Programs) -> None:
    programs.fail("pulumi up --yes", "pulumi's own words")
    done = mcpier("up")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "pulumi's own words",
        "error: pulumi up ended with exit code 255; what it said is above",
        "  instance demo: the image of type playwright is not built; why stands above, if "
        "Pulumi has begun it",
        "    → mend image/playwright, or look further with: docker build --build-arg "
        "BASE=mcpier/base-node:22-bookworm image/playwright",
        "  → mend what it names, then run the same command again",
    ]


@pytest.mark.parametrize("command", [["up"], ["preview"], ["destroy"], ["connect", "demo"]])
def test_a_stack_without_a_file_is_told_in_two_lines(command: list[str]) -> None:
    done = mcpier(*command, "--stack", "no-such-stack")
    assert done.returncode == 1
    assert done.stdout == ""
    what, remedy = done.stderr.splitlines()
    assert what == "error: there is no stacks/Pulumi.no-such-stack.yaml"
    assert remedy.startswith("  → write it, or name one that is there: dev")


def test_a_preview_changes_nothing(programs: Programs) -> None:
    assert mcpier("preview").returncode == 0
    assert steps(programs) == ["stack select", "stack export", "preview --stack"]


def test_a_preview_shows_what_up_would_make_again_and_names_what_it_would_remove(
    programs: Programs,
) -> None:
    urn = "urn:pulumi:dev::mcpier::docker:index/container:Container::mcp-demo"
    name, image = "mcpier-dev-mcp-demo", "sha256:1"
    inputs = {"name": name, "image": image, "memory": 64, "restart": "always"}
    lost = {"urn": urn, "id": "abc", "type": CONTAINER, "inputs": inputs}
    programs.answer("pulumi stack export", {"deployment": {"resources": [lost]}})
    limits = {"Memory": 64 << 20, "RestartPolicy": {"Name": "always"}}
    impostor = {"Id": "def", "Name": f"/{name}", "Image": image, "Config": {"Env": []}}
    impostor["HostConfig"] = limits
    programs.answer("docker container ls", "def\tmcpier-dev-mcp-demo\n")
    programs.answer("docker container inspect", [impostor])
    done = mcpier("preview")
    assert done.returncode == 0, done.stderr
    assert "First, container mcpier-dev-mcp-demo is removed" in done.stdout
    assert programs.calls("pulumi")[-1].startswith("pulumi preview --stack dev --refresh")
    assert [call for call in programs.calls("docker") if " rm " in call] == []


def test_destroy_repairs_before_it_removes(programs: Programs) -> None:
    assert mcpier("destroy").returncode == 0
    assert steps(programs) == ["stack ls", "stack export", "destroy --yes", "stack export"]


def test_a_stack_that_was_never_made_needs_no_destroying(programs: Programs) -> None:
    programs.answer("pulumi stack ls", [{"name": "organization/mcpier/other"}])
    done = mcpier("destroy")
    assert (done.returncode, done.stdout) == (
        0,
        "There is no stack dev: nothing to remove.\n",
    )


def test_a_backend_that_cannot_be_read_is_told_with_what_to_check(programs: Programs) -> None:
    programs.fail("pulumi stack ls", "permission denied")
    assert mcpier("destroy").stderr.splitlines() == [
        "error: pulumi cannot read its backend: permission denied",
        "  → check PULUMI_BACKEND_URL, and that it can be read and written",
    ]


def test_connect_prints_one_json_object_for_programs() -> None:
    done = mcpier("connect", "demo", "--json")
    assert json.loads(done.stdout) == ENTRY
    assert len(done.stdout.splitlines()) == 1


def test_connect_prints_url_and_headers_for_people() -> None:
    assert mcpier("connect", "demo").stdout.splitlines() == [
        URL,
        "Authorization: Bearer mcpier_x",
    ]


def test_connect_prints_what_a_client_takes_and_where_it_goes_beside_it(
    programs: Programs,
) -> None:
    outputs = {"clients": {"demo": {"dev": ENTRY}}, "ca": "-----BEGIN CERTIFICATE-----\n"}
    programs.answer("pulumi stack output --json", outputs)
    done = mcpier("connect", "demo", "--client", "cursor")
    assert json.loads(done.stdout) == {"mcpServers": {"demo": ENTRY}}
    assert done.stderr.splitlines() == [
        "→ ~/.cursor/mcp.json, or .cursor/mcp.json of a project, kept out of git",
        "→ the CA of this stack, from mcpier ca: start it with NODE_EXTRA_CA_CERTS=/path/to/ca.pem",
    ]
    told = json.loads(mcpier("connect", "demo", "--client", "cursor", "--json").stdout)
    assert told["text"] == done.stdout.rstrip("\n")


def test_a_client_that_nobody_knows_is_answered_with_those_that_there_are() -> None:
    done = mcpier("connect", "demo", "--client", "netscape")
    assert done.returncode == 2
    assert "netscape" in done.stderr
    assert "claude-code" in done.stderr


@pytest.mark.parametrize("options", [[], ["--watch"]])
def test_view_prints_one_link_and_nothing_else(programs: Programs, options: list[str]) -> None:
    viewer = {"url": VIEW, "token": "a", "watchToken": "b", "ticketKey": "A" * 43 + "="}
    programs.answer("pulumi stack output viewers", {"demo": viewer})
    done = mcpier("view", "demo", *options)
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"{VIEW}_mcpier/enter/")


def test_the_ca_is_printed_as_it_is(programs: Programs) -> None:
    programs.answer("pulumi stack output --json", {"ca": "-----BEGIN CERTIFICATE-----\n"})
    assert mcpier("ca").stdout == "-----BEGIN CERTIFICATE-----\n"


def test_no_command_at_all_is_answered_with_help() -> None:
    done = mcpier()
    assert done.returncode == 2
    assert "Bring the stack to what its file says." in done.stderr
    assert "Traceback" not in done.stderr


def interrupted(programs: Programs, code: str) -> tuple[int, str, str]:
    """How a program ends, and what it prints, if Ctrl-C is typed while its pulumi runs."""
    (programs.bin / "pulumi").write_text(
        "#!/bin/sh\n"
        "trap 'sleep 1; echo stopped in order; exit 130' INT\n"
        "echo running; while true; do sleep 0.05; done\n"
    )
    with ended(
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        os.killpg(process.pid, signal.SIGINT)
        out, said = process.communicate(timeout=20)
    return process.returncode, out, said


def test_ctrl_c_waits_until_pulumi_has_stopped_in_good_order(programs: Programs) -> None:
    code = """
from console.errors import Interrupted
from console.pulumi import Pulumi
try:
    Pulumi.of("dev").run("up")
except Interrupted as told:
    print(told)
"""
    _, out, _ = interrupted(programs, code)
    assert out.splitlines() == [
        "stopped in order",
        "pulumi up was interrupted",
        "  → run it again to go on",
    ]


def test_a_command_whose_pulumi_ctrl_c_ended_has_the_exit_status_of_one_that_it_ended(
    programs: Programs,
) -> None:
    code = "import sys; sys.argv[1:] = ['up']; from console.app import main; main()"
    status, out, said = interrupted(programs, code)
    assert (status, out) == (130, "stopped in order\n")
    assert said == "error: pulumi stack was interrupted\n  → run it again to go on\n"
