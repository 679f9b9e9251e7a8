"""Seeing to it that the engine has the base images."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from toolchain.bases import engine, standin
from toolchain.bases.certificates import machine_certificates
from toolchain.bases.model import BASES, Base
from toolchain.bases.plan import Action, Present, plan
from toolchain.bases.recipe import digests
from toolchain.errors import SetupError
from toolchain.steps import Say, cache_dir


def ensure_bases(say: Say, bases: Sequence[Base] = BASES) -> None:
    """Pull each base image that is missing, or build its stand-in where no registry answers.

    Images that are there stay, but for stand-ins whose recipe changed. `say` gets one line of
    progress at a time; the logs of builds are in `cache_dir()/logs`. Raises `SetupError`.
    """
    certificates = machine_certificates()
    recipes = digests(BASES, certificates)
    if not plan(bases, _present(), recipes):
        return
    try:
        with _only_one(say) as scratch:
            present = _present()
            steps = plan(bases, present, recipes)
            _carry_out(steps, recipes, certificates, scratch, say)
            _remove_replaced(steps, present)
    except OSError as error:
        raise SetupError(
            f"the base images cannot be made: {error}",
            f"see that {cache_dir()} can be written to and that its disk has 2 GB free",
        ) from error


def _present() -> dict[str, Present]:
    return engine.present_images([base.tag for base in BASES])


def _carry_out(
    steps: Sequence[tuple[Base, Action]],
    recipes: Mapping[str, str],
    certificates: Sequence[bytes],
    scratch: Path,
    say: Say,
) -> None:
    registry_answers = True
    for base, action in steps:
        if action is Action.OBTAIN and registry_answers:
            registry_answers = _pulled(base, say)
            if registry_answers:
                continue
        say(f"building a stand-in: {base.tag}")
        with _scratch_folder(scratch) as context:
            log = _log_file(base)
            standin.build(
                standin.Job(base, recipes[base.name], certificates, Path(context), log, say)
            )


def _remove_replaced(steps: Sequence[tuple[Base, Action]], present: Mapping[str, Present]) -> None:
    """Children first: an image that another one builds on cannot be removed."""
    for base, _ in reversed(steps):
        if base.tag in present:
            engine.remove(present[base.tag].id)


def _scratch_folder(scratch: Path) -> tempfile.TemporaryDirectory[str]:
    # A step that is being killed may still write; what stays is removed by the next run.
    return tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True)


def _pulled(base: Base, say: Say) -> bool:
    say(f"pulling {base.official} as {base.tag}")
    pulled = engine.pull(base.official, base.tag, say)
    if not pulled:
        say("  it cannot be had from an image registry: stand-ins are built instead")
    return pulled


def _log_file(base: Base) -> Path:
    """A fresh log for `base`."""
    log = cache_dir() / "logs" / f"base-{base.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    return log


@contextmanager
def _only_one(say: Say) -> Iterator[Path]:
    """A scratch folder that no other run uses; what a killed one left in it is removed."""
    scratch = cache_dir() / "bases"
    scratch.mkdir(parents=True, exist_ok=True)
    with (scratch.parent / "bases.lock").open("w") as lock:
        # Steps inherit the lock: one that outlives its killed run still keeps others out.
        os.set_inheritable(lock.fileno(), True)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another run, or a step that a killed one left, is at work: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left in scratch.iterdir():
            shutil.rmtree(left)
        yield scratch
