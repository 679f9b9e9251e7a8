"""The rules as Pulumi's policies."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pulumi_policy import (
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from policy import exposure, images, lockdown
from policy.processes import unlimited
from policy.rule import COMMAND, CONTAINER, Resource, Rule

RULES: Sequence[Rule] = [*exposure.RULES, *lockdown.RULES, *images.RULES]


def policies() -> list[Policy]:
    """One policy for each rule."""
    process_limit = StackValidationPolicy(
        name="process-limit",
        description="A container has a limit of processes.",
        validate=_validate_limits,
    )
    return [*map(_policy, RULES), process_limit]


def _policy(rule: Rule) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type == rule.type:
            # urn:pulumi:<stack>::…
            stack = args.urn.split(":")[2]
            for problem in rule.check(Resource(stack=stack, props=known(args.props))):
                report(str(problem), None)

    return ResourceValidationPolicy(name=rule.name, description=rule.description, validate=validate)


def _validate_limits(args: StackValidationArgs, report: ReportViolation) -> None:
    properties = [(item, known(item.props)) for item in args.resources]
    containers = {
        item.urn: props["name"]
        for item, props in properties
        if item.resource_type == CONTAINER and "name" in props
    }
    commands = [props for item, props in properties if item.resource_type == COMMAND]
    for urn, problem in unlimited(containers, commands):
        report(str(problem), urn)


def known(value: Any) -> Any:
    """Plain data without what a preview does not know yet: a mapping's entry, a list's item."""
    if isinstance(value, Mapping):
        return dict(_known_items(value, value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [item for _, item in _known_items(value, range(len(value)))]
    return value


def _known_items(holder: Any, keys: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    for key in keys:
        with suppress(UnknownValueError):
            yield key, known(holder[key])
