"""Deploying a stack and taking it away."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TextIO

from components.core import outputs
from components.core.parts import has_portal
from console.checkpoint import mend_checkpoint
from console.errors import ConsoleError, Interrupted
from console.failure import explained
from console.preflight import check_host
from console.protection import refuse_destroy, refuse_removal
from console.pulumi import Pulumi
from console.repair import foresee_repair, known_ids, refuse_strangers, remove_unknown, repair
from console.stack_file import read_stack


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What the output `instances` of a stack says, and the seconds of each phase of its deploy.

    `portal` is its URL, if the stack has one.
    """

    stack: str
    instances: Mapping[str, Mapping[str, str]]
    portal: str | None
    seconds: Mapping[str, float]


def up(stack: str) -> Deployed:
    """Repairs what a killed update left, then brings the stack to what its file says."""
    phases = _earlier_phases()

    def phase(name: str, step: Callable[[], None]) -> None:
        begin = time.monotonic()
        step()
        phases.append((name, time.monotonic() - begin))

    spec = read_stack(stack)
    pulumi = Pulumi.of(stack)

    flags: list[str] = []

    def prepare() -> None:
        mend_checkpoint(pulumi)
        pulumi.run("stack", "select", "--create", stack)
        deployment = pulumi.deployment()
        refuse_removal(spec, deployment.resources)
        flags.extend(repair(pulumi, deployment))
        check_host(spec)

    phase("prepare", prepare)
    try:
        phase("deploy", lambda: pulumi.run("up", "--yes", "--stack", stack, *flags))
    except Interrupted:
        raise
    except ConsoleError as error:
        raise explained(spec, error) from None
    return Deployed(
        stack=stack,
        instances=outputs.instances(spec),
        portal=outputs.portal_url(spec) if has_portal(spec) else None,
        seconds=dict(phases),
    )


def preview(stack: str, json_to: TextIO | None = None) -> None:
    """Shows what `up` would do; Pulumi's own JSON goes to `json_to` where that is given."""
    spec = read_stack(stack)
    pulumi = Pulumi.of(stack)
    pulumi.run("stack", "select", "--create", stack)
    resources = pulumi.deployment().resources
    refuse_removal(spec, resources)
    flags = foresee_repair(stack, resources)
    as_json = ["--json"] if json_to else []
    pulumi.run("preview", "--stack", stack, *as_json, *flags, out=json_to)


def destroy(stack: str, *, keep_protected: bool) -> None:
    """Removes all that the stack has made; its images stay, for stacks share them.

    Protected instances are kept, with what they need to serve, or refuse it all.
    """
    pulumi = Pulumi.of(stack)
    mend_checkpoint(pulumi)
    if not pulumi.exists():
        refuse_strangers(pulumi)
        print(f"There is no stack {stack}: nothing to remove.")
        return
    deployment = pulumi.deployment()
    if not keep_protected:
        refuse_destroy(stack, deployment.resources)
    repair(pulumi, deployment)
    flags = ["--exclude-protected"] if keep_protected else []
    pulumi.run("destroy", "--yes", "--stack", stack, *flags)
    kept = known_ids(pulumi.deployment().resources)
    remove_unknown(stack, kept, ("container", "network", "volume"))


def _earlier_phases() -> list[tuple[str, float]]:
    """The phases of the set-up, which hands their seconds on as `engine=0.1 python=0.0 …`."""
    noted = (entry.partition("=") for entry in os.environ.get("MCPIER_PHASES", "").split())
    return [(name, float(seconds)) for name, _, seconds in noted]


def print_summary(deployed: Deployed) -> None:
    """The URLs of every instance, what to type next, and what the phases took."""
    print()
    for id_, instance in sorted(deployed.instances.items()):
        print(f"{id_} ({instance['type']}, {instance['state']})")
        for title, key in (("MCP", "mcpUrl"), ("live view", "vncUrl")):
            if key in instance:
                print(f"  {title:<14} {instance[key]}")
        if "vncUrl" in instance:
            print(f"  open the view  .venv/bin/mcpier view {id_} --stack {deployed.stack}")
        print(f"  client config  .venv/bin/mcpier connect {id_} --stack {deployed.stack} --json")
    if deployed.portal:
        print(f"portal           {deployed.portal}")
        print(f"  open it        .venv/bin/mcpier portal --stack {deployed.stack}")
    print()
    total = sum(deployed.seconds.values())
    spent = "  ".join(f"{name} {seconds:.1f}" for name, seconds in deployed.seconds.items())
    print(f"seconds: {spent}  total {total:.1f}")
