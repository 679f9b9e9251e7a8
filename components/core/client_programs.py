"""The smallest programs on the official SDKs; they read on stdin what `connect --json` prints."""

from string import Template

PYTHON = Template("""\
# pip install mcp
# mcpier connect $instance --json | python demo.py
import asyncio
import json
import sys

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def main() -> None:
    connection = json.load(sys.stdin)
    async with (
        httpx2.AsyncClient(headers=connection["headers"], timeout=60) as http,
        Client(streamable_http_client(connection["url"], http_client=http)) as client,
    ):
        for tool in (await client.list_tools()).tools:
            print(tool.name)


asyncio.run(main())
""")

TYPESCRIPT = Template("""\
// npm install @modelcontextprotocol/sdk
// mcpier connect $instance --json | node demo.mjs
import { text } from 'node:stream/consumers';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const { url, headers } = JSON.parse(await text(process.stdin));
const client = new Client({ name: 'demo', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
for (const tool of (await client.listTools()).tools) console.log(tool.name);
await client.close();
""")
