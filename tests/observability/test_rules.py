"""Each alert fires when it should and keeps quiet when it should not, as Prometheus judges.

A series is written as promtool takes it: `a+bxn` is a value and n more, each larger by b; there is
one each minute, unless the case says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.observability.promtool import RULES, alert_rules, promtool

DEMO = 'part="mcp-demo",role="instance",instance="demo",type="playwright"'
TRAEFIK = 'part="traefik",role="traefik",instance="",type=""'
DAY = 86400
CERTIFICATE = 'traefik_tls_certs_not_after{{cn="",sans="*.mcp.example.org",serial="{}"}}'
OF_DEMO = {"part": "mcp-demo", "role": "instance", "instance": "demo", "type": "playwright"}
OF_TRAEFIK = {"part": "traefik", "role": "traefik"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is told of a stack for so long, and what of an alert then fires: labels and summary."""

    alert: str
    series: Mapping[str, str]
    at: str
    labels: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    interval: str = "1m"


def container(name: str, value: str, labels: str = DEMO, more: str = "") -> dict[str, str]:
    """A series of the exporter's."""
    return {f"mcpier_container_{name}{{{labels}{more}}}": value}


def denials(reason: str, value: str, instance: str = "demo") -> dict[str, str]:
    """A series of the gate's."""
    labels = f'endpoint="mcp",instance="{instance}",reason="{reason}"'
    return {f"authgate_decisions_total{{{labels}}}": value}


UNHEALTHY, HEALTHY = ',health="unhealthy"', ',health="healthy"'
CASES: dict[str, Case] = {
    "an unhealthy instance": Case(
        alert="InstanceUnhealthy",
        series=container("health", "1x10", more=UNHEALTHY),
        at="3m",
        labels={**OF_DEMO, "health": "unhealthy"},
        summary="mcp-demo has been unhealthy for two minutes",
    ),
    "an unhealthy container beside an instance": Case(
        alert="InstanceUnhealthy",
        series=container("health", "1x10", DEMO.replace('"instance",', '"sidecar",'), UNHEALTHY),
        at="3m",
        labels={**OF_DEMO, "role": "sidecar", "health": "unhealthy"},
        summary="mcp-demo has been unhealthy for two minutes",
    ),
    "an instance that was unhealthy for a minute": Case(
        alert="InstanceUnhealthy",
        series=container("health", "1 1 stale", more=UNHEALTHY),
        at="4m",
    ),
    "a healthy instance": Case(
        alert="InstanceUnhealthy", series=container("health", "1x10", more=HEALTHY), at="10m"
    ),
    "three restarts within a few minutes": Case(
        alert="InstanceRestarting",
        series=container("restarts_total", "0 0 0 1 2 3 3 3 3 3 3"),
        at="8m",
        labels=OF_DEMO,
        summary="mcp-demo ends again and again",
    ),
    "a container that the engine is just starting anew": Case(
        alert="InstanceRestarting",
        series=container("state", "1x10", more=',state="restarting"'),
        at="3m",
        labels={**OF_DEMO, "state": "restarting"},
        summary="mcp-demo ends again and again",
    ),
    "one restart": Case(
        alert="InstanceRestarting", series=container("restarts_total", "0 0 1x20"), at="8m"
    ),
    "two restarts, of which increase() makes more": Case(
        alert="InstanceRestarting",
        series=container("restarts_total", "0x60 1x30 2x200"),
        # Windows that neither begin nor end with a sample, for 100 s.
        interval="7s",
        at="20m45s",
    ),
    "restarts of another day": Case(
        alert="InstanceRestarting", series=container("restarts_total", "17x30"), at="20m"
    ),
    "a container that somebody stopped": Case(
        alert="InstanceStandsStill",
        series=container("state", "1x10", more=',state="exited"'),
        at="6m",
        labels={**OF_DEMO, "state": "exited"},
        summary="mcp-demo has a container that does not run: exited",
    ),
    "a container that runs": Case(
        alert="InstanceStandsStill",
        series=container("state", "1x10", more=',state="running"'),
        at="10m",
    ),
    "memory near its limit": Case(
        alert="MemoryNearLimit",
        series=container("memory_bytes", "95x20") | container("memory_limit_bytes", "100x20"),
        at="12m",
        labels=OF_DEMO,
        summary="mcp-demo uses 95% of its memory",
    ),
    "memory near its limit for a moment": Case(
        alert="MemoryNearLimit",
        series=container("memory_bytes", "95 95 95 50x20")
        | container("memory_limit_bytes", "100x20"),
        at="12m",
    ),
    "many wrong tokens": Case(
        alert="ManyDenials",
        series=denials("wrong_token", "0+40x20") | denials("throttled", "0+20x20"),
        at="12m",
        labels={"instance": "demo"},
        summary="1 wrong or ended tokens a second for demo",
    ),
    "a client that begins without a token each time": Case(
        alert="ManyDenials",
        series=denials("missing_token", "0+600x20") | denials("allowed", "0+6000x20"),
        at="12m",
    ),
    "a wrong token now and then": Case(
        alert="ManyDenials", series=denials("wrong_token", "0+5x20"), at="12m"
    ),
    "a certificate that ends in a week": Case(
        alert="CertificateEndsSoon",
        series={CERTIFICATE.format(1): f"{7 * DAY + 7200}x130"},
        at="2h",
        labels={"sans": "*.mcp.example.org"},
        summary="the certificate for *.mcp.example.org ends in 7d 0h 0m 0s",
    ),
    "a certificate that ends in a month": Case(
        alert="CertificateEndsSoon",
        series={CERTIFICATE.format(1): f"{30 * DAY}x130"},
        at="2h",
    ),
    "a certificate that was renewed, of which Traefik tells both": Case(
        alert="CertificateEndsSoon",
        series={
            CERTIFICATE.format(1): f"{7 * DAY}x130",
            CERTIFICATE.format(2): f"{97 * DAY}x130",
        },
        at="2h",
    ),
    "a certificate that ends tomorrow": Case(
        alert="CertificateEnds",
        series={CERTIFICATE.format(1): f"{DAY + 600}x20"},
        at="10m",
        labels={"sans": "*.mcp.example.org"},
        summary="the certificate for *.mcp.example.org ends in 1d 0h 0m 0s",
    ),
    "a certificate that ends in a week, yet": Case(
        alert="CertificateEnds", series={CERTIFICATE.format(1): f"{7 * DAY}x20"}, at="10m"
    ),
    "a target that does not answer": Case(
        alert="TargetDown",
        series={'up{job="authgate",instance="authgate:9182"}': "1 0x10"},
        at="5m",
        labels={"job": "authgate", "instance": "authgate:9182"},
        summary="authgate does not tell its metrics",
    ),
    "a target that missed one scrape": Case(
        alert="TargetDown",
        series={'up{job="authgate",instance="authgate:9182"}': "1 0 1x10"},
        at="5m",
    ),
    "an unhealthy Traefik": Case(
        alert="PlatformUnhealthy",
        series=container("health", "1x10", TRAEFIK, UNHEALTHY),
        at="3m",
        labels={**OF_TRAEFIK, "health": "unhealthy"},
        summary="traefik is unhealthy",
    ),
    "a Traefik that does not run": Case(
        alert="PlatformUnhealthy",
        series=container("state", "1x10", TRAEFIK, ',state="exited"'),
        at="3m",
        labels={**OF_TRAEFIK, "state": "exited"},
        summary="traefik is exited",
    ),
    "a Traefik that is well, beside an instance that is not": Case(
        alert="PlatformUnhealthy",
        series=container("state", "1x10", TRAEFIK, ',state="running"')
        | container("health", "1x10", TRAEFIK, HEALTHY)
        | container("health", "1x10", more=UNHEALTHY),
        at="5m",
    ),
    "a record that cannot be read": Case(
        alert="RegistryUnreadable",
        series={"authgate_registry_problems": "0 2x10"},
        at="4m",
        summary="authgate cannot read 2 of what its registry holds",
    ),
    "a registry without problems": Case(
        alert="RegistryUnreadable", series={"authgate_registry_problems": "0x10"}, at="10m"
    ),
    "more instances than the registry knows": Case(
        alert="RegistryStale",
        series=container("state", "1x10", more=',state="running"')
        | {'authgate_registry_instances{job="authgate"}': "0x10"},
        at="6m",
        summary="1 instances have containers, and the registry knows fewer",
    ),
    "a registry that knows stopped instances too": Case(
        alert="RegistryStale",
        series=container("state", "1x10", more=',state="running"')
        | container("state", "1x10", TRAEFIK, ',state="running"')
        | {'authgate_registry_instances{job="authgate"}': "2x10"},
        at="10m",
    ),
}


def test_every_rule_and_what_prometheus_is_told_to_ask_are_well_written() -> None:
    # It looks up the rules as well, and would tell that there are none.
    done = promtool("check", "config", "prometheus.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rule files found" in done.stdout
    checked = promtool("check", "rules", "--lint-fatal", *map(str, RULES))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alert_is_tried_both_ways() -> None:
    fired = {case.alert for case in CASES.values() if case.summary}
    quiet = {case.alert for case in CASES.values() if not case.summary}
    assert fired == quiet == set(alert_rules())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_an_alert_fires_exactly_when_it_should(case: Case, tmp_path: Path) -> None:
    rule = alert_rules()[case.alert]
    annotations = {"summary": case.summary, "runbook": rule["annotations"]["runbook"]}
    expected = {"exp_labels": {**rule["labels"], **case.labels}, "exp_annotations": annotations}
    document = {
        "rule_files": [str(file) for file in RULES],
        "evaluation_interval": "15s",
        "tests": [
            {
                "interval": case.interval,
                "input_series": [
                    {"series": series, "values": values} for series, values in case.series.items()
                ],
                "alert_rule_test": [
                    {
                        "eval_time": case.at,
                        "alertname": case.alert,
                        "exp_alerts": [expected] if case.summary else [],
                    }
                ],
            }
        ],
    }
    file = tmp_path / "case.yml"
    file.write_text(yaml.safe_dump(document))
    done = promtool("test", "rules", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
