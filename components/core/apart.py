"""What the probe of isolation is told: how it starts a container on a network of instances."""

import json
import shlex

from components.core.naming import LOCKED, helper_run

# What such a container may take, as any other that only tries something.
BOUNDED = "--user 65534 --memory 64m --pids-limit 16"


def probe_document(stack: str, network: str, image: str) -> str:
    """What `components/scripts/probe_isolation.py` reads on stdin.

    `image` has python3; options of `docker run` may stand before it.
    """
    run = f"{helper_run(stack, network)} {LOCKED} {BOUNDED} {image}"
    return json.dumps({"network": network, "run": shlex.split(run)})
