"""Traefik's static configuration: its command line, and the variables that go with it."""

from collections.abc import Mapping

from components.core.model import Acme, StackSpec
from components.core.observability import metrics_flags
from components.core.routing import DYNAMIC_DIR, HSTS, RESOLVER

SOCKET = "/run/socket-proxy/docker.sock"
# MiB of its container. Go looks for garbage a quarter as often as by itself: an eighth less
# processor a request, for 40 MiB more; near the limit as often as is needed.
MEMORY = 512
RUNTIME: Mapping[str, str] = {"GOGC": "400", "GOMEMLIMIT": f"{MEMORY * 3 // 4}MiB"}
# Accounts and certificates, and what lego reads: the first outlives every container.
ACME_DIR = "/var/lib/acme"
ACME_SECRETS_DIR = "/run/secrets/acme"
ACME_CA_FILE = "ca.pem"
# What a line of the access log says. A line of all that Traefik knows is twice as long: it is kept
# half as long, and costs as much to write as the gate's answer (docs/decisions/0031).
ACCESS_FIELDS = (
    "ClientHost",
    "DownstreamContentSize",
    "DownstreamStatus",
    "Duration",
    "OriginDuration",
    "OriginStatus",
    "RequestContentSize",
    "RequestHost",
    "RequestMethod",
    "RequestPath",
    "RequestProtocol",
    "RouterName",
    "StartUTC",
)
# Lines that may wait to be written: a request does not wait for its own.
_WAITING_LINES = 1024


def static_flags(spec: StackSpec, network: str) -> list[str]:
    """Traefik's command line; `network` is the Docker network on which the instances live.

    The order is a part of it: another one would replace the container.
    """
    return [
        *_logs_and_health(spec.edge.admin_port),
        *_providers(spec.stack, network),
        *_plain_entry_point(spec.edge.http_port),
        *_tls_entry_point(spec),
        *(_acme(spec.tls) if isinstance(spec.tls, Acme) else []),
        *metrics_flags(spec),
    ]


def _logs_and_health(admin_port: int) -> list[str]:
    return [
        "--accesslog=true",
        f"--accesslog.bufferingsize={_WAITING_LINES}",
        "--accesslog.fields.defaultmode=drop",
        *(f"--accesslog.fields.names.{name}=keep" for name in ACCESS_FIELDS),
        "--accesslog.fields.headers.defaultmode=drop",
        "--accesslog.fields.queryparameters.defaultmode=drop",
        "--accesslog.format=json",
        f"--entrypoints.admin.address=127.0.0.1:{admin_port}",
        "--global.checknewversion=false",
        "--global.sendanonymoususage=false",
        "--log.level=INFO",
        "--ping=true",
        "--ping.entrypoint=admin",
        "--core.stricttlsoptions=true",
    ]


def _providers(stack: str, network: str) -> list[str]:
    return [
        "--providers.docker=true",
        f"--providers.docker.constraints=Label(`mcpier.stack`,`{stack}`)",
        f"--providers.docker.endpoint=unix://{SOCKET}",
        "--providers.docker.exposedbydefault=false",
        f"--providers.docker.network={network}",
        f"--providers.file.directory={DYNAMIC_DIR}",
        "--providers.file.watch=true",
        "--providers.providersthrottleduration=1s",
    ]


def _plain_entry_point(port: int) -> list[str]:
    """It only redirects: nothing that was typed there by mistake is kept, links included."""
    redirect = "--entrypoints.http.http.redirections.entrypoint"
    return [
        *_entry_point("http", port),
        "--entrypoints.http.observability.accesslogs=false",
        f"{redirect}.to=https",
        f"{redirect}.scheme=https",
    ]


def _tls_entry_point(spec: StackSpec) -> list[str]:
    point = "--entrypoints.https"
    hsts = f"{point}.http.middlewares={HSTS}@file"
    return [
        *_entry_point("https", spec.edge.https_port),
        # For routers that name no entry point, as an instance's: each label costs the deploy time.
        f"{point}.asdefault=true",
        f"{point}.http.tls=true",
        *([hsts] if spec.publicly_trusted else []),
    ]


def acme_environment(acme: Acme) -> dict[str, str]:
    """Where lego finds each of the DNS provider's variables: in a file of its name.

    A variable that names a file anyway is not given a second `_FILE`.
    """
    return {
        f"{name.removesuffix('_FILE')}_FILE": f"{ACME_SECRETS_DIR}/{name}"
        for name in acme.credentials
    }


def _acme(acme: Acme) -> list[str]:
    resolver = f"--certificatesresolvers.{RESOLVER}.acme"
    propagation = f"{resolver}.dnschallenge.propagation"
    flags = [
        f"{resolver}.caserver={acme.ca_server}",
        f"{resolver}.dnschallenge.provider={acme.dns_provider}",
        f"{resolver}.email={acme.email}",
        f"{resolver}.keytype=EC256",
        f"{resolver}.storage={ACME_DIR}/acme.json",
    ]
    if acme.ca is not None:
        flags.append(f"{resolver}.cacertificates={ACME_SECRETS_DIR}/{ACME_CA_FILE}")
    if acme.disable_checks:
        flags.append(f"{propagation}.disablechecks=true")
    if acme.delay_before_checks:
        flags.append(f"{propagation}.delaybeforechecks={acme.delay_before_checks}s")
    return flags


def _entry_point(name: str, port: int) -> list[str]:
    """An entry point open to the world, with what Traefik leaves lax by default made strict."""
    point = f"--entrypoints.{name}"
    encoded = [
        "backslash",
        "hash",
        "nullcharacter",
        "percent",
        "questionmark",
        "semicolon",
        "slash",
    ]
    return [
        f"{point}.address=:{port}",
        f"{point}.forwardedheaders.insecure=false",
        f"{point}.http.aliasheadersstrategy=reject",
        *(f"{point}.http.encodedcharacters.allowencoded{what}=false" for what in encoded),
        f"{point}.http.encodequerysemicolons=false",
        f"{point}.http.maxheaderbytes=32768",
        f"{point}.http2.maxconcurrentstreams=100",
        f"{point}.transport.lifecycle.gracetimeout=10s",
        f"{point}.transport.respondingtimeouts.idletimeout=180s",
        f"{point}.transport.respondingtimeouts.readtimeout=60s",
    ]
