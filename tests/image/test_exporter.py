"""The exporter tells Prometheus how a stack's containers are."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from container_metrics.engine import Engine
from container_metrics.server import Server
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.image.metrics_proxy_harness import (
    HELPER,
    ID,
    STILL,
    MetricsProxy,
    inspected,
    listed,
    used,
)

pytestmark = pytest.mark.docker


@contextmanager
def exporter(socket: Path) -> Iterator[str]:
    """The exporter's own server, at a port of this process; its URL."""
    with Server(("127.0.0.1", 0), Engine(str(socket))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def samples(metrics_proxy: MetricsProxy, part: str) -> dict[str, float]:
    """What one scrape tells of a part: by name, and what it is said of."""
    with exporter(metrics_proxy.socket) as url:
        answer = httpx2.get(f"{url}/metrics")
    assert answer.status_code == 200
    return {
        _said(sample): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.labels["part"] == part
    }


def _said(sample: Sample) -> str:
    own = [value for key, value in sample.labels.items() if key in ("state", "health", "program")]
    return " ".join([sample.name.removeprefix("mcpier_container_"), *own])


def test_a_container_that_runs_is_told_with_what_it_uses(metrics_proxy: MetricsProxy) -> None:
    metrics_proxy.engine.answer("/containers/json", [listed(ID, "mcpier-dev-mcp-demo")])
    metrics_proxy.engine.answer(f"/containers/{ID}/json", inspected("healthy", "fine", restarts=2))
    metrics_proxy.engine.answer(f"/containers/{ID}/stats", used())
    assert samples(metrics_proxy, "mcp-demo") == {
        "state running": 1,
        "health healthy": 1,
        "started_timestamp_seconds": 1795402800.123456,
        "restarts_total": 2,
        "memory_bytes": 80 << 20,
        "memory_limit_bytes": 128 << 20,
        "cpu_seconds_total": 2.5,
        "pids": 7,
    }


def test_an_unhealthy_one_is_told_with_the_programs_that_fail(metrics_proxy: MetricsProxy) -> None:
    verdict = '{"failing": {"vnc": "gone", "chromium": "hangs"}}\nmore'
    metrics_proxy.engine.answer("/containers/json", [listed(ID, "mcpier-dev-mcp-demo")])
    metrics_proxy.engine.answer(f"/containers/{ID}/json", inspected("unhealthy", "fine", verdict))
    metrics_proxy.engine.answer(f"/containers/{ID}/stats", used())
    told = samples(metrics_proxy, "mcp-demo")
    assert told["health unhealthy"] == 1
    assert {name for name in told if name.startswith("failing")} == {
        "failing chromium",
        "failing vnc",
    }


NO_NAMES = ["curl: (7) refused", '{"failing": 3}', '["failing"]', "\x1b[0m", "[" * 4000]


@pytest.mark.parametrize("said", NO_NAMES)
def test_a_check_that_names_no_program_leaves_it_at_unhealthy(
    metrics_proxy: MetricsProxy, said: str
) -> None:
    metrics_proxy.engine.answer("/containers/json", [listed(ID, "mcpier-dev-mcp-demo")])
    metrics_proxy.engine.answer(f"/containers/{ID}/json", inspected("unhealthy", said))
    metrics_proxy.engine.answer(f"/containers/{ID}/stats", used())
    told = samples(metrics_proxy, "mcp-demo")
    assert told["health unhealthy"] == 1
    assert [name for name in told if name.startswith("failing")] == []


def test_names_that_are_the_containers_invention_become_few_series(
    metrics_proxy: MetricsProxy,
) -> None:
    metrics_proxy.engine.answer("/containers/json", [listed(ID, "mcpier-dev-mcp-demo")])
    metrics_proxy.engine.answer(f"/containers/{ID}/stats", used())
    seen = set()
    with exporter(metrics_proxy.socket) as url:
        for check in range(5):
            named = {"\ud800": 1, "Ignore {all}": 1, "x" * 33: 1}
            named |= {f"invented-{check}-{number}": 1 for number in range(20)}
            said = json.dumps({"failing": named})
            metrics_proxy.engine.answer(
                f"/containers/{ID}/json", inspected("unhealthy", "fine", said)
            )
            answer = httpx2.get(f"{url}/metrics")
            assert answer.status_code == 200
            lines = answer.text.splitlines()
            seen |= {line for line in lines if line.startswith("mcpier_container_failing{")}
    assert len(seen) == 33
    assert sum('program="other"' in line for line in seen) == 1


def test_one_that_stands_still_has_a_state_and_uses_nothing(metrics_proxy: MetricsProxy) -> None:
    still = listed(STILL, "mcpier-dev-mcp-demo", "exited")
    metrics_proxy.engine.answer("/containers/json", [still])
    metrics_proxy.engine.answer(f"/containers/{STILL}/json", inspected("unhealthy", restarts=1))
    assert samples(metrics_proxy, "mcp-demo") == {"state exited": 1, "restarts_total": 1}


def test_one_that_goes_while_it_is_asked_about_is_left_out(metrics_proxy: MetricsProxy) -> None:
    gone = listed("d" * 64, "mcpier-dev-mcp-gone")
    metrics_proxy.engine.answer("/containers/json", [gone])
    assert samples(metrics_proxy, "mcp-gone") == {}


def test_what_a_deploy_runs_for_a_moment_is_left_out(metrics_proxy: MetricsProxy) -> None:
    helper = listed(HELPER, "hopeful_turing", **{"mcpier.role": "helper"})
    metrics_proxy.engine.answer("/containers/json", [helper])
    metrics_proxy.engine.answer(f"/containers/{HELPER}/json", inspected())
    assert samples(metrics_proxy, "hopeful_turing") == {}


def test_an_engine_that_cannot_be_asked_is_a_scrape_that_fails_and_says_why(
    metrics_proxy: MetricsProxy, tmp_path: Path
) -> None:
    metrics_proxy.engine.answer("/containers/json", {"message": "broken"}, 500)
    with exporter(metrics_proxy.socket) as url:
        answer = httpx2.get(f"{url}/metrics")
        assert (answer.status_code, answer.text) == (503, "/containers/json is answered with 500\n")
        assert httpx2.get(f"{url}/healthz").status_code == 200
    with exporter(tmp_path / "nothing.sock") as url:
        answer = httpx2.get(f"{url}/metrics")
        assert answer.status_code == 503
        assert "the socket-proxy does not answer" in answer.text
