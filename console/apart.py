"""Whether instances are kept apart: tried as a deploy does, for nobody tells of a kernel's setting.

It may have been changed since: see docs/decisions/0019.
"""

import shlex
import subprocess
import sys
from collections.abc import Iterator

from components.core.apart import probe_document
from components.core.model import StackSpec
from console.exposure import networks_of_instances
from console.findings import Finding
from console.probing import python_image
from console.pulumi import PROJECT

PROBE = PROJECT / "components" / "scripts" / "probe_isolation.py"


def apart(spec: StackSpec) -> Iterator[Finding]:
    """The networks of instances on which one container reaches another."""
    for network in networks_of_instances(spec.stack):
        asked = probe_document(spec.stack, network, shlex.join(python_image(spec)))
        tried = subprocess.run(
            [sys.executable, str(PROBE)], input=asked, capture_output=True, text=True
        )
        if tried.returncode != 0:
            what, _, remedy = tried.stderr.strip().partition("\n  → ")
            yield Finding(what=what, remedy=" ".join(remedy.split()))
