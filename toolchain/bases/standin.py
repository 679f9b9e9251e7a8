"""Building a stand-in: a build context is filled, and the classic builder makes the image."""

import os
import platform
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolchain.bases import clients, engine
from toolchain.bases.certificates import write_certificates
from toolchain.bases.model import Base
from toolchain.errors import SetupError
from toolchain.steps import Say, run_step

_DEBIAN_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# uname's names for the architectures that the engine calls by Debian's.
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Job:
    """One stand-in to be built: where (`context`, a scratch folder), with what, told to whom."""

    base: Base
    digest: str
    certificates: Sequence[bytes]
    context: Path
    log: Path
    say: Say

    def run(self, doing: str, argv: Sequence[str], **environment: str) -> None:
        """Run one step of this job."""
        run_step(f"{doing} for {self.base.tag}", argv, self.log, self.say, environment)

    def let_all_read(self) -> None:
        """Give the context's files the modes that an image needs, whatever the user's umask."""
        self.run("chmod", ["chmod", "-R", "u=rwX,go=rX", str(self.context)])


def build(job: Job) -> None:
    """Build the stand-in; its tag is set when the image is whole."""
    _require_same_architecture()
    shutil.copytree(job.base.recipe, job.context, dirs_exist_ok=True)
    prepare = _PREPARATIONS.get(job.base.name)
    if prepare is not None:
        prepare(job)
    job.let_all_read()
    labels = {"role": "base", "standin": "true", "base-digest": job.digest}
    flags = [flag for key, value in labels.items() for flag in ("--label", f"mcpier.{key}={value}")]
    # The classic builder sees local images and sends this whole context; buildx may not be there.
    command = ["docker", "build", "--force-rm", *flags, "--tag", job.base.tag, str(job.context)]
    job.run("docker build", command, DOCKER_BUILDKIT="0")
    engine.remove_stages()


def _prepare_debian(job: Job) -> None:
    _require_debootstrap(job)
    overlay, sources = job.context / "overlay", clients.machine_apt_sources(job.say)
    write_certificates(job.certificates, overlay / "usr/local/share/ca-certificates")
    apt = overlay / "etc/apt"
    options = [
        f'{name} "{value}";\n' for name, value in clients.machine_apt_options(job.say).items()
    ]
    (apt / "apt.conf.d/90machine").write_text("".join(options))
    if sources:
        (apt / "sources.list.d").mkdir()
        lines = [f"deb {uri} {suite} main\n" for uri, suite in sources]
        (apt / "sources.list.d/debian.list").write_text("".join(lines))
    job.let_all_read()
    mirrors = [uri for uri, suite in sources if suite == "bookworm"]
    script = [str(job.context / "bootstrap.sh"), str(job.context), *mirrors[:1]]
    job.run("debootstrap", ["unshare", "--mount", *script])
    # Sent to the engine, these would only cost time.
    shutil.rmtree(job.context / "root")
    shutil.rmtree(overlay)


def _prepare_node(job: Job) -> None:
    registry = clients.machine_npm_registry(job.say)
    (job.context / "npmrc").write_text(f"registry={registry}\n" if registry else "")
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    job.run("npm ci", [*command, "--prefix", str(job.context)])


def _prepare_python(job: Job) -> None:
    options = clients.machine_pip_options(job.say)
    (job.context / "pip.conf").write_text(clients.pip_conf(options))


_PREPARATIONS: dict[str, Callable[[Job], None]] = {
    "debian": _prepare_debian,
    "node": _prepare_node,
    "python": _prepare_python,
}


def _require_same_architecture() -> None:
    here = _ARCHITECTURES.get(platform.machine(), platform.machine())
    there = engine.architecture()
    if here != there:
        raise SetupError(
            f"stand-ins for base images are built for this machine's architecture, {here}; "
            f"the Docker engine has {there}",
            "let the engine reach an image registry, or tag base images of your own on it",
        )


def _require_debootstrap(job: Job) -> None:
    if os.geteuid() != 0:
        raise SetupError(
            f"no image registry answers, and a stand-in for {job.base.official} is built as root",
            "type once: sudo python3 -m toolchain bases (or tag an image of your own: "
            f"docker tag IMAGE {job.base.tag})",
        )
    if shutil.which("debootstrap") and _DEBIAN_KEYRING.exists():
        return
    if not shutil.which("apt-get"):
        raise SetupError(
            f"no image registry answers, and a stand-in for {job.base.official} needs debootstrap",
            "install debootstrap and Debian's archive keyring with this machine's package manager",
        )
    packages = ["debootstrap", "debian-archive-keyring"]
    job.run("apt-get update", ["apt-get", "update"])
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    job.run("apt-get install", install, DEBIAN_FRONTEND="noninteractive")
