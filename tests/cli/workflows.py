"""Runs a workflow's steps as GitHub's runner does: one shell each, in the checkout."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(".github", "workflows")
EXPRESSION = re.compile(r"\$\{\{ *([\w.]+) *\}\}")
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax, shell: bash
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
EVEN_AFTER_A_FAILURE = "${{ !cancelled() }}"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a run ended: whether every step was good, and what all of them printed."""

    good: bool
    printed: str


def workflow(checkout: Path, name: str) -> dict[str, Any]:
    """A workflow's document."""
    text = (checkout / FOLDER / f"{name}.yml").read_text("utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def run_workflow(
    checkout: Path, name: str, contexts: Mapping[str, str], environ: Mapping[str, str]
) -> Ran:
    """Runs the one job of a workflow; `contexts` has what GitHub knows, as `vars.NAME`.

    The checkout is there already: steps that use an action are passed by.
    """
    (job,) = workflow(checkout, name)["jobs"].values()
    known = {**contexts}
    good, printed = True, ""
    for step in (each for each in job["steps"] if "run" in each):
        if not good and step.get("if") != EVEN_AFTER_A_FAILURE:
            continue
        own = {**job["env"], **step.get("env", {})}
        done = subprocess.run(
            [*BASH, step["run"]],
            cwd=checkout,
            env={**environ, **{key: _value(str(text), known) for key, text in own.items()}},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        known[f"steps.{step.get('id')}.outcome"] = "failure" if done.returncode else "success"
        good, printed = good and done.returncode == 0, printed + done.stdout
    return Ran(good=good, printed=printed)


def _value(text: str, known: Mapping[str, str]) -> str:
    return EXPRESSION.sub(lambda found: known[found[1]], text)
