"""Where metrics are kept: what the config says of it, and Traefik's part."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.core import routing
from components.core.flags import static_flags
from components.core.model import Observability, StackSpec
from components.core.observability import (
    EXPORTER_PORT,
    PROMETHEUS_PORT,
    TRAEFIK_METRICS_PORT,
    prometheus_flags,
    target_addresses,
)
from components.core.parts import platform_parts
from components.core.routing import OPERATIONS_PORT

CONFIGURATION = Path(__file__).parents[2] / "image/prometheus/prometheus.yml"
Read = Callable[[dict[str, Any]], StackSpec]


@pytest.fixture
def watched(config: dict[str, Any], read: Read) -> StackSpec:
    return read(config | {"observability": {"port": 9999}})


def document(spec: StackSpec) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(routing.dynamic_config(spec, None))["http"]
    return found


def test_no_metrics_are_kept_unless_the_config_says_so(spec: StackSpec) -> None:
    assert spec.observability is None
    flags = static_flags(spec, "mcpier-dev-instances")
    assert [flag for flag in flags if "metrics" in flag or "prometheus" in flag] == []
    assert not {"metrics", "prometheus"} & document(spec)["routers"].keys()
    assert not {"prometheus", "exporter"} & set(platform_parts(spec))


def test_an_empty_section_turns_it_on_with_every_default(
    config: dict[str, Any], read: Read
) -> None:
    kept = read(config | {"observability": {}}).observability
    assert kept == Observability(port=9090, retention_days=15, retention_mib=1024)


def test_its_containers_are_parts_of_the_platform(watched: StackSpec) -> None:
    assert platform_parts(watched)[-2:] == ("prometheus", "exporter")


def test_traefik_tells_its_metrics_to_prometheus_alone(watched: StackSpec) -> None:
    flags = static_flags(watched, "mcpier-dev-instances")
    assert "--entrypoints.metrics.address=10.9.0.9:9183" in flags
    assert "--metrics.prometheus.manualrouting=true" in flags
    router = document(watched)["routers"]["metrics"]
    assert router["rule"] == "ClientIP(`10.9.0.12`) && Path(`/metrics`)"
    assert (router["entryPoints"], router["service"]) == (["metrics"], "prometheus@internal")


def test_prometheus_is_seen_on_the_hosts_loopback_alone_and_by_names_of_it(
    watched: StackSpec,
) -> None:
    flags = static_flags(watched, "mcpier-dev-instances")
    assert "--entrypoints.prometheus.address=127.0.0.1:9999" in flags
    found = document(watched)
    router = found["routers"]["prometheus"]
    # A page whose name leads to 127.0.0.1 brings its own name along.
    assert router["rule"] == "Host(`127.0.0.1`) || Host(`localhost`) || Host(`[::1]`)"
    assert router["entryPoints"] == ["prometheus"]
    (server,) = found["services"][router["service"]]["loadBalancer"]["servers"]
    assert server == {"url": "http://10.9.0.12:9090"}


def test_scrapes_and_looks_at_them_are_neither_counted_nor_logged(watched: StackSpec) -> None:
    flags = static_flags(watched, "mcpier-dev-instances")
    for entry_point in ("metrics", "prometheus"):
        for what in ("accesslogs", "metrics"):
            assert f"--entrypoints.{entry_point}.observability.{what}=false" in flags


def test_what_is_kept_is_bounded_by_days_and_by_bytes() -> None:
    flags = prometheus_flags(30, 512)
    assert "--storage.tsdb.retention.time=30d" in flags
    assert "--storage.tsdb.retention.size=512MB" in flags


def test_no_page_of_a_browser_may_read_what_prometheus_answers() -> None:
    (origin,) = (flag for flag in prometheus_flags(30, 512) if "cors" in flag)
    assert not re.fullmatch(origin.removeprefix("--web.cors.origin="), "https://a.example")


def test_every_target_that_prometheus_asks_by_name_has_an_address(watched: StackSpec) -> None:
    jobs = yaml.safe_load(CONFIGURATION.read_text("utf-8"))["scrape_configs"]
    asked = {target for job in jobs for target in job["static_configs"][0]["targets"]}
    ports = {
        "authgate": OPERATIONS_PORT,
        "exporter": EXPORTER_PORT,
        "traefik": TRAEFIK_METRICS_PORT,
    }
    assert set(ports) == set(target_addresses(watched.edge))
    by_name = {f"{name}:{port}" for name, port in ports.items()}
    assert asked == {*by_name, f"127.0.0.1:{PROMETHEUS_PORT}"}
