"""Traefik's command line: what listens, what it takes, and what it logs."""

import pytest

from components.core.flags import ACCESS_FIELDS

ENTRY_POINTS = ("http", "https")


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_every_entry_point_of_the_world_is_hardened(flags: list[str], name: str) -> None:
    point = f"--entrypoints.{name}"
    assert {
        f"{point}.forwardedheaders.insecure=false",
        f"{point}.http.aliasheadersstrategy=reject",
        f"{point}.http.encodedcharacters.allowencodedslash=false",
        f"{point}.http.encodedcharacters.allowencodedbackslash=false",
        f"{point}.http.encodedcharacters.allowencodednullcharacter=false",
        f"{point}.http.encodedcharacters.allowencodedsemicolon=false",
        f"{point}.http.encodequerysemicolons=false",
        f"{point}.http.maxheaderbytes=32768",
    } <= set(flags)


def test_only_three_entry_points_listen_and_the_admins_on_loopback_only(flags: list[str]) -> None:
    addresses = {
        flag for flag in flags if flag.startswith("--entrypoints.") and ".address=" in flag
    }
    assert addresses == {
        "--entrypoints.http.address=:80",
        "--entrypoints.https.address=:8443",
        "--entrypoints.admin.address=127.0.0.1:9443",
    }


def test_a_router_that_names_no_entry_point_is_served_by_https_alone(flags: list[str]) -> None:
    assert [flag for flag in flags if ".asdefault=" in flag] == [
        "--entrypoints.https.asdefault=true"
    ]
    assert "--entrypoints.https.http.tls=true" in flags


def test_plain_http_leads_to_https(flags: list[str]) -> None:
    assert "--entrypoints.http.http.redirections.entrypoint.to=https" in flags
    assert "--entrypoints.http.http.redirections.entrypoint.scheme=https" in flags


def test_api_and_dashboard_are_not_open_to_the_world(flags: list[str]) -> None:
    assert "--ping.entrypoint=admin" in flags
    assert not [flag for flag in flags if "insecure=true" in flag]


def test_traefik_takes_only_what_its_own_stack_enables(flags: list[str]) -> None:
    assert "--providers.docker.exposedbydefault=false" in flags
    assert "--providers.docker.constraints=Label(`mcpier.stack`,`dev`)" in flags
    assert "--providers.docker.network=mcpier-dev-instances" in flags
    endpoints = [flag for flag in flags if flag.startswith("--providers.docker.endpoint=")]
    assert endpoints == ["--providers.docker.endpoint=unix:///run/socket-proxy/docker.sock"]


def test_the_access_log_holds_no_header_and_no_query(flags: list[str]) -> None:
    assert "--accesslog.fields.headers.defaultmode=drop" in flags
    assert "--accesslog.fields.queryparameters.defaultmode=drop" in flags


def test_the_access_log_holds_only_the_fields_that_are_named(flags: list[str]) -> None:
    kept = [flag for flag in flags if flag.startswith("--accesslog.fields.names.")]
    assert "--accesslog.fields.defaultmode=drop" in flags
    assert kept == [f"--accesslog.fields.names.{name}=keep" for name in ACCESS_FIELDS]


def test_no_flag_stands_there_twice(flags: list[str]) -> None:
    names = [flag.partition("=")[0] for flag in flags]
    assert len(names) == len(set(names))
