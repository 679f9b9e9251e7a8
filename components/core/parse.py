"""From a stack's config to its `StackSpec`: all problems at once, before anything is declared."""

from collections.abc import Callable, Iterable, Mapping
from ipaddress import IPv4Network

from components.core.docker_host import KEY as DOCKER
from components.core.errors import ConfigError, Problem, nearest, shown
from components.core.given import AllGiven, parse_given, secret_path
from components.core.instance_type import InstanceType
from components.core.model import Bases, Edge, Instance, StackSpec
from components.core.parse_docker import parse_docker_host
from components.core.parse_instance import LABEL, parse_instance
from components.core.parse_observability import parse_observability
from components.core.parse_operators import parse_operators
from components.core.parse_tls import parse_tls
from components.core.parse_type_paths import parse_type_paths
from components.core.section import Section
from components.core.surroundings import NOTHING as NO_SURROUNDINGS
from components.core.surroundings import Surroundings

# RFC 1918.
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
# RFC 1035: a label holds 63 characters. One of digits alone at the end makes an IPv4 address of it.
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = rf"(?=.{{1,190}}$)({_LABEL}\.)+(?=[^.]*[a-z]){_LABEL}"
OFFICIAL = Bases(
    debian="debian:bookworm-slim",
    node="node:22-bookworm-slim",
    python="python:3.11-slim-bookworm",
    traefik="traefik:v3.7.15",
)


def parse(
    stack: str,
    config: Mapping[str, object],
    types: Iterable[InstanceType],
    surroundings: Surroundings = NO_SURROUNDINGS,
    open_root: Callable[[str, object, list[Problem]], Section] = Section,
) -> StackSpec:
    """Reads a whole config, keyed as in the file without `mcpier:`, secrets decrypted or `Sealed`.

    `open_root` makes the section that all others stand in. Raises `ConfigError` with every problem
    found.
    """
    problems: list[Problem] = []
    root = open_root("mcpier:", config, problems)
    spec = _spec(root, stack, {kind.name: kind for kind in types}, surroundings)
    root.close()
    if problems:
        raise ConfigError(problems)
    return spec


def _spec(
    root: Section, stack: str, types: Mapping[str, InstanceType], surroundings: Surroundings
) -> StackSpec:
    warnings: list[str] = []
    domain = _domain(root)
    given = parse_given(root)
    # Whoever has found the types has followed them.
    parse_type_paths(root)
    edge = _edge(root.section("edge"))
    return StackSpec(
        stack=stack,
        domain=domain,
        docker_host=parse_docker_host(root.section(DOCKER), stack, surroundings),
        edge=edge,
        tls=parse_tls(root.section("tls"), given, domain, surroundings, warnings),
        webapp=_webapp(root.section("webapp")),
        operators=parse_operators(root, warnings),
        observability=parse_observability(root, edge),
        bases=_bases(root.section("bases")),
        instances=_instances(root, types, given, warnings),
        warnings=tuple(warnings),
    )


def _domain(root: Section) -> str:
    return root.text(
        "domain",
        pattern=DOMAIN,
        expected="a lower-case domain name such as mcp.example.org",
        remedy="Type: pulumi config set mcpier:domain mcp.example.org",
    )


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
    _check_ports(section, edge)
    section.close()
    return edge


def _check_ports(section: Section, edge: Edge) -> None:
    ports = {
        "httpPort": edge.http_port,
        "httpsPort": edge.https_port,
        "adminPort": edge.admin_port,
    }
    first: dict[int, str] = {}
    for key, port in ports.items():
        if (other := first.setdefault(port, key)) != key:
            written, held = (key, other) if section.has(key) else (other, key)
            found = f"{port}, which is {held} too"
            section.mismatch(written, "a port of its own", found, "Give each its own.")


def _subnet(section: Section) -> IPv4Network:
    default = IPv4Network("10.77.255.0/28")
    expected = "a private IPv4 network from /16 to /28, such as 10.77.255.0/28"
    written = section.text(
        "controlSubnet",
        pattern="[0-9.]+/[0-9]+",
        expected=expected,
        remedy="Write an address, a slash and a prefix, of what nothing on the Docker host uses.",
        default=str(default),
    )
    try:
        subnet = IPv4Network(written, strict=False)
    except ValueError:
        remedy = "Write four numbers up to 255, a slash, and a prefix up to 28."
    else:
        if str(subnet.network_address) != written.partition("/")[0]:
            remedy = f"Write the network's own address: {subnet}"
        elif not any(subnet.subnet_of(network) for network in PRIVATE):
            remedy = f"Pick one in {', '.join(map(str, PRIVATE))}."
        elif not 16 <= subnet.prefixlen <= 28:
            remedy = "Write a prefix from /16 to /28."
        else:
            return subnet
    section.problem("controlSubnet", expected, remedy)
    return default


def _webapp(section: Section) -> str | None:
    url = None
    if section.has("url"):
        url = section.text(
            "url",
            pattern=rf"https?://({LABEL}(\.{LABEL})*|\[[0-9a-f:]+\])(:[0-9]{{1,5}})?",
            expected="the URL of a web server such as http://127.0.0.1:8090, without a path",
            remedy="Write scheme, host and port of the web app, as the Docker host reaches it.",
        )
    section.close()
    return url


def _bases(section: Section) -> Bases:
    def base(name: str, official: str) -> str:
        return section.text(
            name,
            pattern=r"[A-Za-z0-9_.:/@-]+",
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


def _instances(
    root: Section,
    types: Mapping[str, InstanceType],
    given: AllGiven | None,
    warnings: list[str],
) -> tuple[Instance, ...]:
    ids, found = set(), []
    for id_, section in root.sections("instances"):
        secrets = None if given is None else given.of(id_)
        ids.add(id_)
        found.append(parse_instance(id_, section, types, secrets, warnings))
    for id_ in sorted(set(given.instances if given else ()) - ids):
        root.problems.append(
            Problem(
                path=secret_path("instances", id_),
                expected="the id of an instance",
                found=shown(id_),
                remedy=nearest(id_, ids),
            )
        )
    return tuple(instance for instance in found if instance is not None)
