"""A stack that keeps metrics: Prometheus knows all of it, and nobody else is told."""

import json
import subprocess
import time
from typing import Any

import httpx2
import pytest

from components.core.flags import ACCESS_FIELDS
from tests.cli.clients import opened, status
from tests.cli.operator import Operator
from tests.cli.stack import DOMAIN, PLACE, PROMETHEUS_PORT, STACK, container
from tests.e2e.deployment import docker
from tests.observability.promtool import alert_rules
from tests.waiting import until

URL = f"http://127.0.0.1:{PROMETHEUS_PORT}"
JOBS = {"authgate", "exporter", "prometheus", "traefik"}
CANARY = "canary-of-the-access-log"


def told(path: str, **query: str) -> Any:
    """What Prometheus's API answers."""
    answer = httpx2.get(f"{URL}/api/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def value(query: str) -> float | None:
    """The value of an expression that has one, or None."""
    found = told("query", query=query)["result"]
    assert len(found) < 2, found
    return float(found[0]["value"][1]) if found else None


@pytest.fixture(scope="module")
def alice(operator: Operator) -> Any:
    """A client of the instance that echoes."""
    return operator.json("connect", "echo", "--token", "alice")


def test_every_target_is_up_and_every_alert_is_loaded(operator: Operator) -> None:
    def up() -> set[str]:
        targets = told("targets")["activeTargets"]
        return {each["labels"]["job"] for each in targets if each["health"] == "up"}

    # They are asked each fifteen seconds.
    until(lambda: up() == JOBS, 60, "not every target is up")
    groups = told("rules")["groups"]
    rules = {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}
    assert set(rules) == set(alert_rules())
    assert "err" not in rules.values()


def test_what_the_parts_tell_of_an_instance_stands_under_its_id(
    operator: Operator, alice: Any, ca: str
) -> None:
    of_echo = 'instance="echo"'
    assert status(alice, ca) == 200
    until(
        lambda: (value(f'sum(traefik_router_requests_total{{{of_echo},code="200"}})') or 0) > 0,
        60,
        "Traefik's requests do not arrive",
    )
    until(
        lambda: (value(f'sum(authgate_decisions_total{{{of_echo},reason="allowed"}})') or 0) > 0,
        60,
        "the gate's decisions do not arrive",
    )
    assert value(f'mcpier_container_state{{{of_echo},state="running"}}') == 1
    assert value(f'mcpier_container_health{{{of_echo},health="healthy"}}') == 1
    assert value(f"mcpier_container_restarts_total{{{of_echo}}}") is not None
    assert value(f"mcpier_container_memory_limit_bytes{{{of_echo}}}") == 128 << 20
    assert 1 << 20 < (value(f"mcpier_container_memory_bytes{{{of_echo}}}") or 0) < 128 << 20
    assert (value(f"mcpier_container_cpu_seconds_total{{{of_echo}}}") or 0) > 0


def test_every_container_of_the_stack_is_told_of_and_none_of_another(operator: Operator) -> None:
    parts = {
        each["metric"]["part"] for each in told("query", query="mcpier_container_state")["result"]
    }
    shown = docker("ps", "--filter", f"label=mcpier.stack={STACK}", "--format", "{{.Names}}")
    assert parts == {name.removeprefix(container("")) for name in shown.split()}


def test_the_certificate_is_told_with_its_end(operator: Operator) -> None:
    left = value("max(traefik_tls_certs_not_after) - time()")
    assert left is not None
    assert 390 * 86400 < left < 400 * 86400
    (found,) = told("query", query="max by (sans) (traefik_tls_certs_not_after)")["result"]
    assert f"*.{DOMAIN}" in found["metric"]["sans"].split(",")


def test_the_doctor_tells_of_alerts_and_there_is_none(operator: Operator) -> None:
    assert operator.json("doctor")["alerts"] == []


def test_an_instance_is_told_no_metrics(operator: Operator) -> None:
    ask = (
        "import sys, urllib.request as r\n"
        "try: print(r.urlopen(sys.argv[1], timeout=1).status)\n"
        "except OSError as error: print(error)"
    )

    def asked(host: str, port: int) -> str:
        url = f"http://{host}:{port}/metrics"
        return docker("exec", container("mcp-echo"), "python3", "-c", ask, url)

    assert "404" in asked(PLACE.host, 9183)
    assert "refused" in asked(PLACE.host, PROMETHEUS_PORT)
    for host, port in ((PLACE.prometheus, 9090), (PLACE.exporter, 9184)):
        assert "timed out" in asked(host, port)


def test_a_page_of_elsewhere_whose_name_leads_to_loopback_sees_nothing(operator: Operator) -> None:
    assert httpx2.get(f"{URL}/-/ready").status_code == 200
    rebound = httpx2.get(f"{URL}/-/ready", headers={"Host": f"evil.example:{PROMETHEUS_PORT}"})
    assert rebound.status_code == 404


def test_traces_reach_an_instance_as_the_client_sent_them(
    operator: Operator, alice: Any, ca: str
) -> None:
    sent = {
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "tracestate": "rojo=00f067aa0ba902b7",
        "baggage": "user=alice",
    }
    with opened({**alice, "headers": {**alice["headers"], **sent}}, ca) as answer:
        answer.read()
        headers = answer.json()["headers"]
    heard = [(name.lower(), text) for name, text in headers if name.lower() in sent]
    assert sorted(heard) == sorted(sent.items())


def test_the_access_log_has_a_line_for_a_request_and_nothing_that_opens_anything(
    operator: Operator, alice: Any, ca: str
) -> None:
    path = f"/mcp/{time.monotonic_ns()}"
    token = alice["headers"]["Authorization"].removeprefix("Bearer ")
    headers = {
        **alice["headers"],
        "Cookie": f"session={CANARY}",
        "Referer": f"https://app.example.org/?key={CANARY}",
        "User-Agent": CANARY,
    }
    with opened({**alice, "headers": headers}, ca, f"{path}?token={CANARY}") as answer:
        assert answer.status_code == 200
    view = {**alice, "url": alice["url"].replace("mcp-echo", "vnc-echo")}
    with opened(view, ca, f"/_mcpier/enter/{CANARY}?next={CANARY}"):
        pass

    def lines() -> list[dict[str, Any]]:
        log = subprocess.run(
            ["docker", "logs", "--tail", "200", container("traefik")],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert CANARY not in log
        assert token not in log
        return [json.loads(line) for line in log.splitlines() if line.startswith("{")]

    until(lambda: [x for x in lines() if x.get("RequestPath") == path], 10, "it was not logged")
    (line,) = [x for x in lines() if x.get("RequestPath") == path]
    assert set(line) - {"level", "msg", "time"} == set(ACCESS_FIELDS)


def test_the_log_of_every_container_is_bounded(operator: Operator) -> None:
    names = docker("ps", "--all", "--filter", f"label=mcpier.stack={STACK}", "--quiet").split()
    assert len(names) == 8
    for found in json.loads(docker("inspect", *names)):
        assert found["HostConfig"]["LogConfig"] == {
            "Type": "json-file",
            "Config": {"max-file": "3", "max-size": "10m"},
        }
