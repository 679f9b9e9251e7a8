"""The engine that a stack is deployed to: how a stack file names it, how programs are told of it.

Standard library only: what sets a machine up reads it too.
"""

import re
from collections.abc import Mapping

KEY = "docker"
TCP = "tcp://"
CERTIFICATES = "DOCKER_CERT_PATH"
_NAME = r"([A-Za-z0-9][\w.-]*|\[[0-9A-Fa-f:]+\])"
PATTERN = rf"ssh://([A-Za-z_][\w.-]*@)?{_NAME}(:\d{{1,5}})?|tcp://{_NAME}:\d{{1,5}}"
EXPECTED = "an engine such as ssh://deploy@docker.example.org or tcp://docker.example.org:2376"
# The one key of its mapping stands right behind it: in block style, in flow style, and in JSON.
_NAMED = re.compile(r"""mcpier:docker["']?\s*:[\s{]*["']?host["']?\s*:\s*["']?([^\s"',}]+)""")
_COMMENT = re.compile(r"(^|\s)#.*$", re.MULTILINE)


def host_named_in(stack_file: str) -> str | None:
    """The engine that a stack file's text names; None where it is this machine's own."""
    found = _NAMED.search(_COMMENT.sub("", stack_file))
    return found[1] if found else None


def docker_variables(host: str) -> dict[str, str]:
    """What makes every client of Docker ask that engine; variables without a value count as unset.

    The Pulumi provider would take a context before the host, and certificates before ssh. With tcp,
    each machine says by `DOCKER_CERT_PATH` where its certificates are, and the provider builds by
    the classic builder: its BuildKit client knows no TLS (docker/buildx#3081).
    """
    asked = {"DOCKER_HOST": host, "DOCKER_CONTEXT": ""}
    if host.startswith(TCP):
        return {**asked, "DOCKER_TLS_VERIFY": "1", "DOCKER_BUILDKIT": "0"}
    return {**asked, "DOCKER_TLS_VERIFY": "", CERTIFICATES: ""}


def lacks_certificates(host: str, environ: Mapping[str, str]) -> bool:
    """Whether that engine is asked over TLS, and nothing says with which certificates."""
    return host.startswith(TCP) and not environ.get(CERTIFICATES)


def astray(host: str, environ: Mapping[str, str]) -> list[str]:
    """The variables for which clients of Docker would ask another engine, or ask in another way."""
    return [
        name for name, value in docker_variables(host).items() if environ.get(name, "") != value
    ]
