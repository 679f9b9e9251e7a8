"""Before an instance starts: try whether the network really keeps instances apart.

Its setting says that they are apart; that they are rests on the host's kernel
(docs/decisions/0019).
"""

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.core.apart import probe_document
from components.core.model import StackSpec
from components.script import run_script


def probe_isolation(
    name: str,
    spec: StackSpec,
    *,
    network: docker.Network,
    image: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> local.Command:
    """Runs for a new network, and whenever other instances run.

    It fails where a throw-away container reaches another one. `image` is one with python3.
    """
    running = [instance.id for instance in spec.running]
    told = pulumi.Output.all(network.name, image).apply(
        lambda found: probe_document(spec.stack, found[0], found[1])
    )
    triggers = [network.id, *running]
    return run_script(name, "probe_isolation", stdin=told, triggers=triggers, opts=opts)
