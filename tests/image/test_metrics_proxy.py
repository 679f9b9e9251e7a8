"""The exporter is told how the stack's containers are, and nothing of their settings."""

import json

import pytest

from tests.image.metrics_proxy_harness import (
    CANARY,
    ID,
    MetricsProxy,
    inspected,
    listed,
    used,
)

pytestmark = pytest.mark.docker

STATE, STATISTICS = f"/containers/{ID}/json", f"/containers/{ID}/stats"
FORBIDDEN = [
    *("/_ping", "/version", "/events", "/info", "/images/json", "/containers/create", "/"),
    *("/v1.41/containers/json", "/containers/json/", "//containers/json"),
    *(f"/containers/{ID}/{what}" for what in ("logs", "top", "export", "archive?path=/", "exec")),
    *(f"/containers/demo/{what}" for what in ("json", "stats")),
    f"/containers/{ID}/../{ID}/logs",
]


def test_the_list_is_of_the_stacks_own_containers_whatever_is_asked_for(
    metrics_proxy: MetricsProxy,
) -> None:
    metrics_proxy.engine.answer("/containers/json", [listed(ID, "mcpier-dev-mcp-demo")])
    for query in ("", "?all=false", "?filters=%7B%7D&limit=1"):
        status, body = metrics_proxy.ask(f"/containers/json{query}")
        assert (status, json.loads(body)[0]["Id"]) == (200, ID)
        assert metrics_proxy.engine.heard[-1] == (
            "/containers/json?all=true&filters=%7B%22label%22%3A%5B%22mcpier.stack%3Ddev%22%5D%7D"
        )


def test_of_what_the_engine_tells_of_a_container_only_its_condition_passes(
    metrics_proxy: MetricsProxy,
) -> None:
    said = ['{"failing": {"chromium": "no \\"answer\\""}}\n', ""]
    metrics_proxy.engine.answer(STATE, inspected("unhealthy", *said, restarts=4))
    status, body = metrics_proxy.ask(STATE)
    assert status == 200
    assert json.loads(body) == {
        "restarts": "4",
        "started": "2026-11-23T03:00:00.123456789Z",
        "health": "unhealthy",
        "said": [*said, "", "", ""],
    }


def test_no_variable_passes_however_the_question_is_put(metrics_proxy: MetricsProxy) -> None:
    metrics_proxy.engine.answer(STATE, inspected())
    for target in (STATE, f"{STATE}?size=true", f"{STATE}?stream=false"):
        assert CANARY not in metrics_proxy.ask(target)[1]


def test_a_container_without_a_health_check_has_none(metrics_proxy: MetricsProxy) -> None:
    metrics_proxy.engine.answer(STATE, inspected(None))
    told = json.loads(metrics_proxy.ask(STATE)[1])
    assert (told["health"], told["restarts"], told["said"]) == ("", "0", [""] * 5)


def test_statistics_are_one_sample_at_once(metrics_proxy: MetricsProxy) -> None:
    metrics_proxy.engine.answer(STATISTICS, used())
    for query in ("", "?stream=true"):
        status, body = metrics_proxy.ask(f"{STATISTICS}{query}")
        assert (status, json.loads(body)) == (200, used())
        assert metrics_proxy.engine.heard[-1] == f"{STATISTICS}?stream=false&one-shot=true"


@pytest.mark.parametrize("path", FORBIDDEN)
def test_nothing_else_reaches_the_engine(metrics_proxy: MetricsProxy, path: str) -> None:
    before = list(metrics_proxy.engine.heard)
    assert metrics_proxy.ask(path)[0] in (400, 403)
    assert metrics_proxy.engine.heard == before


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_no_other_method_reaches_the_engine(metrics_proxy: MetricsProxy, method: str) -> None:
    before = list(metrics_proxy.engine.heard)
    for path in ("/containers/json", STATE, STATISTICS):
        assert metrics_proxy.ask(path, method)[0] == 403
    assert metrics_proxy.engine.heard == before


@pytest.mark.parametrize(("engine", "told"), [(404, 404), (500, 502), (301, 502)])
def test_what_the_engine_says_of_its_troubles_ends_here(
    metrics_proxy: MetricsProxy, engine: int, told: int
) -> None:
    metrics_proxy.engine.answer(STATE, {"message": CANARY}, engine)
    status, body = metrics_proxy.ask(STATE)
    assert status == told
    assert CANARY not in body
