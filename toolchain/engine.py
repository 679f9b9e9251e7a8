"""The Docker engine: what answers is used; a Debian machine without one gets one of its own."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from toolchain.docker_host import elsewhere, silence
from toolchain.errors import SetupError
from toolchain.processes import runs
from toolchain.steps import Say, cache_dir, run_step

LOG = Path("/var/log/mcpier-dockerd.log")
# Written by a daemon; after a hard stop they may name a process that is something else by now.
PID_FILES = {
    Path("/var/run/docker.pid"): "dockerd",
    Path("/var/run/docker/containerd/containerd.pid"): "containerd",
}
START_SECONDS = 60
BY_HAND = "start one, or install Docker as its documentation says, and run this again"


def ensure_engine(say: Say, environ: Mapping[str, str] = os.environ) -> None:
    """Returns once an engine answers; raises `SetupError` where none can be had."""
    refusal = _refusal()
    if refusal is None:
        return
    if there := elsewhere(environ):
        raise silence(there, refusal)
    if "permission denied" in refusal.lower():
        raise SetupError(
            f"the Docker engine lets this user not in: {refusal}",
            "type: sudo usermod -aG docker $USER, log in again, and run this again",
        )
    if host := environ.get("DOCKER_HOST"):
        raise SetupError(
            f"the Docker engine at {host} does not answer",
            "check that it runs and can be reached; or unset DOCKER_HOST and type "
            "`docker context use default` to use this machine's",
        )
    if os.geteuid() != 0:
        raise SetupError("no Docker engine answers, and only root may start one", BY_HAND)
    if shutil.which("dockerd") is None:
        _install(say)
    _start(say)


def _refusal() -> str | None:
    """Why the engine does not answer, in the client's words; None where it does."""
    if shutil.which("docker") is None:
        return "there is no docker client"
    asked = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=20)
    except subprocess.TimeoutExpired:
        return "no answer within 20 s"
    return None if answer.returncode == 0 else (answer.stderr.strip() or "it said nothing")


def _install(say: Say) -> None:
    if shutil.which("apt-get") is None:
        raise SetupError("there is no Docker engine on this machine", BY_HAND)
    say("installing docker.io and iptables from the distribution")
    log = cache_dir() / "logs" / "engine.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run_step("apt-get update", ["apt-get", "update"], log, say, quiet)
    packages = ["apt-get", "install", "-y", "--no-install-recommends", "docker.io", "iptables"]
    run_step("apt-get install", packages, log, say, quiet)


def _start(say: Say) -> None:
    if Path("/run/systemd/system").is_dir():
        say("starting docker.service")
        subprocess.run(["systemctl", "start", "docker"], check=False)
        running = None
    else:
        say(f"starting dockerd in the background; its log is {LOG}")
        for file, program in PID_FILES.items():
            remove_stale_pid(file, program)
        with LOG.open("ab") as log:
            running = subprocess.Popen(
                ["dockerd"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and (running is None or running.poll() is None):
        if _refusal() is None:
            return
        time.sleep(0.2)
    raise SetupError(f"the Docker engine does not come up:\n{_last_lines()}", BY_HAND)


def remove_stale_pid(file: Path, program: str) -> None:
    """Removes a pid file whose process is gone, or is another program by now."""
    try:
        alive = runs(int(file.read_text("ascii")), program)
    except (OSError, ValueError):
        alive = False
    if not alive:
        file.unlink(missing_ok=True)


def _last_lines() -> str:
    if not LOG.exists():
        return "  (see the log of docker.service)"
    return "\n".join(f"  {line}" for line in LOG.read_text("utf-8", "replace").splitlines()[-20:])
