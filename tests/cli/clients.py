"""Asks an instance through the edge, as its clients do."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2

TIMEOUT = 10


def status(client: Mapping[str, Any], ca: str) -> int:
    """How a request with this URL and these headers is answered; 0 where nothing answers."""
    try:
        with opened(client, ca) as answer:
            return answer.status_code
    except httpx2.TransportError:
        return 0


@contextmanager
def opened(
    client: Mapping[str, Any], ca: str, path: str | None = None
) -> Iterator[httpx2.Response]:
    """The answer to a request, whose body may go on; the name leads to this machine."""
    where = urlsplit(client["url"])
    trust = ssl.create_default_context(cadata=ca)
    with (
        httpx2.Client(verify=trust, timeout=TIMEOUT) as http,
        http.stream(
            "GET",
            f"https://127.0.0.1:{where.port}{path or where.path}",
            headers={"Host": where.netloc, **client["headers"]},
            extensions={"sni_hostname": where.hostname},
        ) as answer,
    ):
        yield answer
