"""Whether the Docker host lets a browser's sandbox start, asked of the real engine."""

import json
import shutil
from pathlib import Path

import pytest

from components.core.model import StackSpec
from components.core.parse import parse
from components.instance_types import load_types
from console.namespaces import namespaces
from tests.e2e.deployment import BASES, PROJECT

pytestmark = pytest.mark.docker
# CLONE_NEWNET of linux/sched.h.
NETWORKS = {"index": 0, "value": 0x40000000, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}
UNSHARE_BUT_NETWORKS = {"names": ["unshare"], "action": "SCMP_ACT_ALLOW", "args": [NETWORKS]}


def spec(kind: str, *folders: Path) -> StackSpec:
    """A stack with an instance of a type, which may be in a folder elsewhere."""
    config = {
        "domain": "mcp.example.org",
        "bases": BASES,
        "instances": {"demo": {"type": kind}},
        "typePaths": [str(folder) for folder in folders],
    }
    return parse("namespaces", config, load_types(PROJECT, config))


def test_the_host_of_the_tests_lets_it() -> None:
    assert list(namespaces(spec("playwright"))) == []


def test_a_sandbox_that_is_forbidden_a_step_is_named_with_its_type(tmp_path: Path) -> None:
    kind = shutil.copytree(PROJECT / "image" / "playwright", tmp_path / "crippled")
    profile = json.loads((kind / "seccomp.json").read_text())
    profile["syscalls"][-1]["names"].remove("unshare")
    profile["syscalls"].append(UNSHARE_BUT_NETWORKS)
    (kind / "seccomp.json").write_text(json.dumps(profile))
    (finding,) = namespaces(spec("crippled", kind))
    assert finding.what == (
        "the Docker host lets no container make user namespaces (Operation not permitted), "
        "which the sandbox of crippled needs"
    )
