"""A PostgreSQL database behind MCP: what it holds, questions to it, changes of it."""

import os
from pathlib import Path
from typing import Annotated, Any

import psycopg
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from psycopg.rows import dict_row
from pydantic import BaseModel, Field

PASSWORD = Path("/run/secrets/mcpier/database-password")
USER = "mcpier"
PORT = 8080
# An agent reads no more, and an answer must fit into memory.
MOST_ROWS = 500
CONNECT_SECONDS = 5
COLUMNS = """
    SELECT table_schema || '.' || table_name AS name, column_name, data_type, is_nullable
    FROM information_schema.columns
    WHERE table_schema NOT IN ('information_schema', 'pg_catalog')
    ORDER BY table_schema, table_name, ordinal_position
"""

server = MCPServer("postgres", instructions="One PostgreSQL database, of this instance alone.")


class Rows(BaseModel):
    """What a statement gave; `more` where it gave further rows."""

    rows: list[dict[str, Any]]
    affected: int
    more: bool


@server.tool()
async def query(
    sql: Annotated[str, Field(description="A statement that reads.")],
    parameters: Annotated[list[Any] | None, Field(description="Values for its %s.")] = None,
) -> Rows:
    """Read from the database; the first 500 rows. Nothing can be changed by it."""
    return await _run(sql, parameters, read_only=True)


@server.tool()
async def execute(
    sql: Annotated[str, Field(description="A statement that may change something.")],
    parameters: Annotated[list[Any] | None, Field(description="Values for its %s.")] = None,
) -> Rows:
    """Change the database; the statement is a transaction of its own."""
    return await _run(sql, parameters, read_only=False)


@server.tool()
async def tables() -> dict[str, list[str]]:
    """The tables and views of the database, each with its columns and their types."""
    found: dict[str, list[str]] = {}
    for row in (await _run(COLUMNS, None, read_only=True)).rows:
        null = "" if row["is_nullable"] == "YES" else " not null"
        found.setdefault(row["name"], []).append(f"{row['column_name']} {row['data_type']}{null}")
    return found


async def _run(sql: str, parameters: list[Any] | None, *, read_only: bool) -> Rows:
    """Runs one statement; raises `ValueError` with the database's own words."""
    try:
        async with await _connect() as connection:
            await connection.set_read_only(read_only)
            async with connection.cursor(row_factory=dict_row) as cursor:
                # Prepared, it can be one statement only: nothing follows that ends the transaction.
                await cursor.execute(sql.encode(), parameters, prepare=True)
                rows = await cursor.fetchmany(MOST_ROWS + 1) if cursor.description else []
                shown = [{name: _plain(value) for name, value in row.items()} for row in rows]
                return Rows(
                    rows=shown[:MOST_ROWS],
                    affected=max(0, cursor.rowcount),
                    more=len(rows) > MOST_ROWS,
                )
    except psycopg.Error as error:
        raise ValueError(str(error).strip() or type(error).__name__) from None


async def _connect() -> psycopg.AsyncConnection[Any]:
    timeout = int(os.environ["POSTGRES_TIMEOUT_SECONDS"]) * 1000
    return await psycopg.AsyncConnection.connect(
        host=os.environ["POSTGRES_HOST"],
        dbname="postgres",
        user=USER,
        password=PASSWORD.read_text("ascii"),
        connect_timeout=CONNECT_SECONDS,
        options=f"-c statement_timeout={timeout}",
    )


def _plain(value: object) -> object:
    """A value as JSON can hold it."""
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def main() -> None:
    """Serves until it is told to end."""
    server.run(
        "streamable-http",
        host="0.0.0.0",
        port=PORT,
        # The gate looks at host and origin, and nobody but Traefik reaches this port.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


if __name__ == "__main__":
    main()
