"""A PostgreSQL database behind MCP: what it holds, questions to it, changes of it."""

import json
import os
import resource
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import psycopg
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from psycopg.rows import dict_row
from pydantic import BaseModel, Field, PrivateAttr

SECRETS = Path("/run/secrets/mcpier")
# The roles, and the files of their passwords. Only the first may change anything.
OWNER = ("mcpier", "database-password")
READER = ("mcpier_reader", "reader-password")
PORT = 8080
# An agent reads no more, and an answer must fit into memory.
MOST_ROWS = 500
MOST_BYTES = 1 << 20
# Below the container's: a statement that gives more fails, and not the server of all clients.
MEMORY_BYTES = 192 << 20
CONNECT_SECONDS = 5
TABLES = """
    SELECT table_schema || '.' || table_name AS name,
        array_agg(
            concat(column_name, ' ', data_type, CASE is_nullable WHEN 'NO' THEN ' not null' END)
            ORDER BY ordinal_position
        ) AS columns
    FROM information_schema.columns
    WHERE table_schema NOT IN ('information_schema', 'pg_catalog')
    GROUP BY table_schema, table_name
    ORDER BY table_schema, table_name
"""

server = MCPServer("postgres", instructions="One PostgreSQL database, of this instance alone.")


class Rows(BaseModel):
    """What a statement gave; `more` where that is not all."""

    rows: list[dict[str, Any]] = []
    affected: int = Field(default=0, description="How many rows it has changed, or given here.")
    more: bool = False
    _bytes: int = PrivateAttr(0)

    def add(self, row: dict[str, Any]) -> bool:
        """Whether there was room for it."""
        shown = {name: _plain(value) for name, value in row.items()}
        self._bytes += len(json.dumps(shown))
        self.more = len(self.rows) == MOST_ROWS or self._bytes > MOST_BYTES
        if not self.more:
            self.rows.append(shown)
        return not self.more


class Tables(BaseModel):
    """Columns by table; `more` where those are not all tables."""

    tables: dict[str, list[str]]
    more: bool


@server.tool()
async def query(
    sql: Annotated[str, Field(description="A statement that reads.")],
    parameters: Annotated[list[Any] | None, Field(description="Values for its %s.")] = None,
) -> Rows:
    """Read from the database; the first 500 rows, or 1 MiB. Nothing can be changed by it."""
    found = Rows()
    with _told():
        async with await _connect(READER) as connection:
            await connection.set_read_only(True)
            cursor = connection.cursor(row_factory=dict_row)
            # One statement only: nothing follows that ends the transaction.
            async with aclosing(cursor.stream(sql.encode(), parameters)) as rows:
                async for row in rows:
                    if not found.add(row):
                        break
            # Without a commit: large objects can be made in a read-only transaction too.
            await connection.close()
    found.affected = len(found.rows)
    return found


@server.tool()
async def execute(
    sql: Annotated[str, Field(description="A statement that may change something.")],
    parameters: Annotated[list[Any] | None, Field(description="Values for its %s.")] = None,
) -> Rows:
    """Change the database; the statement is a transaction of its own."""
    found = Rows()
    with _told():
        async with await _connect(OWNER) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            # Prepared, it can be one statement only.
            await cursor.execute(sql.encode(), parameters, prepare=True)
            found.affected = max(0, cursor.rowcount)
            for row in await cursor.fetchmany(MOST_ROWS + 1) if cursor.description else []:
                if not found.add(row):
                    break
    return found


@server.tool()
async def tables() -> Tables:
    """The first 500 tables and views of the database, each with its columns and their types."""
    found = await query(TABLES)
    return Tables(tables={row["name"]: row["columns"] for row in found.rows}, more=found.more)


@contextmanager
def _told() -> Iterator[None]:
    """Raises `ToolError` with the database's own words."""
    try:
        yield
    except psycopg.Error as error:
        raise ToolError(str(error).strip() or type(error).__name__) from None
    except MemoryError:
        raise ToolError("the answer does not fit into memory") from None


async def _connect(role: tuple[str, str]) -> psycopg.AsyncConnection[Any]:
    user, password = role
    timeout = int(os.environ["POSTGRES_TIMEOUT_SECONDS"]) * 1000
    return await psycopg.AsyncConnection.connect(
        host=os.environ["POSTGRES_HOST"],
        dbname="postgres",
        user=user,
        password=(SECRETS / password).read_text("ascii"),
        connect_timeout=CONNECT_SECONDS,
        options=f"-c statement_timeout={timeout}",
    )


def _plain(value: object) -> object:
    """A value as JSON can hold it; arrays and JSON stay what they are."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def main() -> None:
    """Serves until it is told to end."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    server.run(
        "streamable-http",
        host="0.0.0.0",
        port=PORT,
        # The gate looks at host and origin, and nobody but Traefik reaches this port.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


if __name__ == "__main__":
    main()
