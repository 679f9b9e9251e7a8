"""The images of the type postgres: what its tools may do, and a database that is killed."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.image.playwright_image import OWNED, docker
from tests.types.alone import built, connected, logs, running
from tests.waiting import until

pytestmark = pytest.mark.docker
DATABASE = "mcpier/test-postgres-database:latest"
DATA = "/var/lib/mcpier/database"
MANY = "SELECT * FROM generate_series(1, 20000000)"
LONG = "SELECT repeat('x', 10000) FROM generate_series(1, 400)"


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the passwords, as a deploy mounts it."""
    folder = tmp_path_factory.mktemp("secrets")
    for name in ("database-password", "reader-password"):
        (folder / name).write_text(name, "ascii")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    """A network of the instance's own."""
    found = docker("network", "create", "--label", OWNED, f"mcpier-test-{os.getpid()}")
    yield found
    docker("network", "rm", found)


@pytest.fixture(scope="module")
def server(secrets: Path, network: str) -> Iterator[str]:
    """A container of the type that serves, with its database beside it."""
    tag = built("postgres", "python", "mcpier/test-postgres:latest")
    variables = ("--env", "POSTGRES_TIMEOUT_SECONDS=60", "--env", "POSTGRES_HOST=database")
    places = ("--network", network, "--volume", f"{secrets}:/run/secrets/mcpier:ro")
    with (
        database(secrets, "--volume", DATA, "--network", network, "--network-alias", "database"),
        running(tag, *variables, *places, "--memory", "256m", "--tmpfs", "/tmp") as found,
    ):
        until(lambda: "running on http" in logs(found), 30, "the server does not serve")
        yield found


@contextmanager
def database(secrets: Path, *options: str) -> Iterator[str]:
    """A database that takes connections."""
    with starting(secrets, *options) as found:
        until(lambda: "ready to accept" in logs(found), 60, "the database does not serve")
        yield found


@contextmanager
def starting(secrets: Path, *options: str) -> Iterator[str]:
    """A container of the database, right after its start."""
    tag = built("postgres/database", "debian", DATABASE)
    places = ("--tmpfs", "/tmp", "--tmpfs", "/run/postgresql:uid=1000,gid=1000,mode=0700")
    mounted = ("--volume", f"{secrets}:/run/secrets/mcpier:ro")
    with running(tag, *places, *mounted, *options) as found:
        yield found


def told(container: str, tool: str, *statements: str) -> list[Any]:
    """What became of each statement: what it gave, or the error's text."""
    return answers_of(container, tool, *({"sql": each} for each in statements))


def answers_of(container: str, tool: str, *calls: dict[str, str]) -> list[Any]:
    """What each call of a tool gave, or the error's text."""

    async def session() -> list[Any]:
        async with connected(container, read_timeout_seconds=120) as client:
            answers = [await client.call_tool(tool, each) for each in calls]
            texts = ["".join(getattr(part, "text", "") for part in it.content) for it in answers]
            pairs = zip(answers, texts, strict=True)
            return [said if it.is_error else json.loads(said) for it, said in pairs]

    return anyio.run(session)


def began(container: str) -> str:
    """When the server's process began: another one began later."""
    return docker("exec", container, "cut", "-d ", "-f22", "/proc/1/stat")


def test_a_query_with_more_rows_than_fit_into_memory_gives_the_first(server: str) -> None:
    (answer,) = told(server, "query", MANY)
    assert (len(answer["rows"]), answer["more"]) == (500, True)
    assert docker("inspect", "--format", "{{.State.Status}} {{.State.OOMKilled}}", server) == (
        "running false"
    )


@pytest.mark.parametrize("tool", ["query", "execute"])
@pytest.mark.parametrize("sql", [MANY, "SELECT repeat('x', 300000000)"])
def test_whatever_a_statement_gives_the_server_lives_on(server: str, tool: str, sql: str) -> None:
    before = began(server)
    told(server, tool, sql)
    assert told(server, tool, "SELECT 1 AS one")[0]["rows"] == [{"one": 1}]
    assert began(server) == before


def test_an_execute_with_more_rows_than_fit_into_memory_says_so(server: str) -> None:
    (said,) = told(server, "execute", MANY)
    assert "out of memory" in said


@pytest.mark.parametrize("tool", ["query", "execute"])
def test_an_answer_is_bounded_in_bytes(server: str, tool: str) -> None:
    (answer,) = told(server, tool, LONG)
    assert 90 < len(answer["rows"]) < 105
    assert answer["more"]


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("COPY (SELECT 1) TO PROGRAM 'touch /tmp/made'", "must be superuser"),
        ("COPY (SELECT 1) TO '/tmp/made'", "must be superuser"),
        ("SELECT pg_read_file('/etc/passwd')", "permission denied for function pg_read_file"),
        ("SET ROLE mcpier", 'permission denied to set role "mcpier"'),
        ("CREATE TABLE made (by_a int)", "in a read-only transaction"),
        ("SELECT 1; COMMIT", "cannot insert multiple commands"),
    ],
)
def test_a_query_may_do_nothing_but_read(server: str, sql: str, why: str) -> None:
    (said,) = told(server, "query", sql)
    assert isinstance(said, str) and why in said


def test_a_query_leaves_nothing_even_where_the_database_lets_it(server: str) -> None:
    count = "SELECT count(*) AS made FROM pg_largeobject_metadata"
    _, answer = told(server, "query", "SELECT lo_from_bytea(0, 'x')", count)
    assert answer["rows"] == [{"made": 0}]


def test_a_query_reads_all_that_execute_writes(server: str) -> None:
    told(
        server,
        "execute",
        "CREATE SCHEMA own",
        "CREATE TABLE own.book (title text)",
        "ALTER TABLE own.book ENABLE ROW LEVEL SECURITY",
        "INSERT INTO own.book VALUES ('Middlemarch')",
    )
    (answer,) = told(server, "query", "SELECT * FROM own.book")
    assert answer["rows"] == [{"title": "Middlemarch"}]


def test_arrays_and_json_stay_what_they_are(server: str) -> None:
    values = (
        """ARRAY[1, 2] AS numbers, '{"day": ["1", null]}'::jsonb AS said, date '2026-01-31' AS at"""
    )
    (answer,) = told(server, "query", f"SELECT {values}")
    assert answer["rows"] == [{"numbers": [1, 2], "said": {"day": ["1", None]}, "at": "2026-01-31"}]


def test_tables_are_told_with_all_their_columns_however_many(server: str) -> None:
    names = [f"column_{number}" for number in range(400)]
    columns = ", ".join(f"{name} int NOT NULL" for name in names)
    told(server, "execute", *(f"CREATE TABLE wide_{each} ({columns})" for each in "ab"))
    (found,) = answers_of(server, "tables", {})
    shown = [f"{name} integer not null" for name in names]
    assert [found["tables"][f"public.wide_{each}"] for each in "ab"] == [shown, shown]
    assert not found["more"]
    told(server, "execute", "DROP TABLE wide_a", "DROP TABLE wide_b")


def test_a_first_start_that_is_cut_off_is_made_good_by_the_next(secrets: Path) -> None:
    volume = docker("volume", "create", "--label", OWNED)
    place = ("--volume", f"{volume}:{DATA}")
    try:
        with starting(secrets, *place) as first:
            half_made = ("exec", first, "find", DATA, "-name", "PG_VERSION", "-path", "*15*")
            until(lambda: docker(*half_made, check=False), 30, "it makes no cluster")
            docker("kill", first)
        with database(secrets, *place) as second:
            assert docker("exec", second, "ls", DATA) == "15"
    finally:
        docker("volume", "rm", volume)
