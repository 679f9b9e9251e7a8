"""Before an instance starts: try whether the network really keeps instances apart.

Its setting says that they are apart; that they are rests on the host's kernel
(docs/decisions/0019).
"""

import json
import shlex

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from components.core.model import StackSpec
from components.core.naming import LOCKED, helper_run
from components.script import run_script

BOUNDED = "--user 65534 --memory 64m --pids-limit 16"


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


def probe_document(stack: str, network: str, image: str) -> str:
    """What the probe reads on stdin: how it starts a container on the network."""
    run = f"{helper_run(stack, network)} {LOCKED} {BOUNDED} {image}"
    return json.dumps({"network": network, "run": shlex.split(run)})
