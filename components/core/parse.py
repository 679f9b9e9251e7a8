"""From a stack's config to its `StackSpec`: all problems at once, before anything is declared."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network

from components.core.errors import ConfigError, Problem, nearest
from components.core.given import KEY, NOTHING, parse_given
from components.core.instance_type import InstanceType
from components.core.model import Bases, Edge, Instance, SelfSigned, StackSpec
from components.core.parse_instance import LABEL, parse_instance
from components.core.section import Section, shown

DOMAIN = rf"(?=.{{1,190}}$){LABEL}(\.{LABEL})+"
OFFICIAL = Bases(
    debian="debian:bookworm-slim",
    node="node:22-bookworm-slim",
    python="python:3.11-slim-bookworm",
    traefik="traefik:v3.7.15",
)


def parse(stack: str, config: Mapping[str, object], types: Iterable[InstanceType]) -> StackSpec:
    """Reads a whole config, keyed as in the file without `mcpier:`, secrets decrypted or `Sealed`.

    Raises `ConfigError` with every problem found.
    """
    problems: list[Problem] = []
    root = Section("mcpier:", config, problems)
    domain = root.text(
        "domain",
        pattern=DOMAIN,
        expected="a lower-case domain name such as mcp.example.org",
        remedy="Type: pulumi config set mcpier:domain mcp.example.org",
    )
    spec = StackSpec(
        stack=stack,
        domain=domain,
        edge=_edge(root.section("edge")),
        tls=_tls(root.section("tls")),
        bases=_bases(root.section("bases")),
        instances=_instances(root, {kind.name: kind for kind in types}),
    )
    root.close()
    if problems:
        raise ConfigError(problems)
    return spec


def _edge(section: Section) -> Edge:
    def port(key: str, default: int) -> int:
        remedy = "Pick a port that is free on the Docker host."
        return section.integer(key, least=1, most=65535, remedy=remedy, default=default)

    edge = Edge(
        http_port=port("httpPort", 80),
        https_port=port("httpsPort", 443),
        admin_port=port("adminPort", 9443),
        control_subnet=_subnet(section),
    )
    ports = [edge.http_port, edge.https_port, edge.admin_port]
    if len(set(ports)) < len(ports):
        section.problem("httpsPort", "three different ports", "Give each its own port.")
    section.close()
    return edge


def _subnet(section: Section) -> IPv4Network:
    default = IPv4Network("10.77.255.0/28")
    written = section.text(
        "controlSubnet",
        expected="an IPv4 network such as 10.77.255.0/28",
        remedy="Pick a private range that nothing on the Docker host uses.",
        default=str(default),
    )
    try:
        subnet = IPv4Network(written)
    except ValueError:
        subnet = None
    if subnet is not None and subnet.is_private and 16 <= subnet.prefixlen <= 29:
        return subnet
    section.problem(
        "controlSubnet",
        "a private IPv4 network from /16 to /29, such as 10.77.255.0/28",
        "Write the network's own address: no host bits may be set.",
    )
    return default


def _tls(section: Section) -> SelfSigned:
    section.text(
        "mode",
        pattern="self-signed",
        expected="self-signed",
        remedy="Write mode: self-signed.",
        default="self-signed",
    )
    generation = section.integer(
        "generation",
        least=1,
        most=9999,
        remedy="Raise it by one to issue a new certificate.",
        default=1,
    )
    section.close()
    return SelfSigned(generation=generation)


def _bases(section: Section) -> Bases:
    def base(name: str, official: str) -> str:
        return section.text(
            name,
            pattern=r"[\w.:/@-]+",
            expected=f"an image reference such as {official}",
            remedy="Name an image with its tag or digest.",
            default=official,
        )

    bases = Bases(
        debian=base("debian", OFFICIAL.debian),
        node=base("node", OFFICIAL.node),
        python=base("python", OFFICIAL.python),
        traefik=base("traefik", OFFICIAL.traefik),
    )
    section.close()
    return bases


def _instances(root: Section, types: Mapping[str, InstanceType]) -> tuple[Instance, ...]:
    given = parse_given(root)
    ids, found = set(), []
    for id_, section in root.sections("instances"):
        secrets = None if given is None else given.get(id_, NOTHING)
        ids.add(id_)
        found.append(parse_instance(id_, section, types, secrets))
    for id_ in sorted(set(given or {}) - ids):
        root.problems.append(
            Problem(
                path=f"{root.at(KEY)}.instances.{id_}",
                expected="the id of an instance",
                found=shown(id_),
                remedy=nearest(id_, ids),
            )
        )
    return tuple(instance for instance in found if instance is not None)
