// Serves a stdio server over Streamable HTTP: mcp-proxy between clients and one server process.

import { readdirSync, readFileSync } from "node:fs";

import { Client } from "@modelcontextprotocol/client";
import { Server } from "@modelcontextprotocol/server";
import { acquireListenSubscriptions, getUpstreamBridge, proxyServer, startHTTPServer } from "mcp-proxy";

import { Calls, CAPABILITIES } from "./calls.mjs";
import { ServerProcess } from "./server_process.mjs";

const SECRETS = "/run/secrets/mcpier/env";
const START_MILLISECONDS = 60_000;
const REQUEST_MILLISECONDS = 300_000;
// What one client may send at once.
const BODY_BYTES = 16 << 20;

function environment() {
  const { MCPIER_COMMAND: _, ...found } = process.env;
  try {
    for (const name of readdirSync(SECRETS)) {
      found[name] = readFileSync(`${SECRETS}/${name}`, "utf8");
    }
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  return found;
}

function end(reason) {
  console.error(`mcpier: ${reason}`);
  process.exit(1);
}

const [program, ...args] = JSON.parse(process.env.MCPIER_COMMAND ?? "[]");
if (!program) end("the choice command names no program");
const upstream = new ServerProcess({
  program,
  args,
  env: environment(),
  startMilliseconds: START_MILLISECONDS,
  onGiveUp: end,
});
const client = new Client({ name: "mcpier", version: "1" }, { capabilities: CAPABILITIES });
const calls = new Calls(REQUEST_MILLISECONDS);
calls.lead(client);
try {
  await client.connect(upstream, { timeout: START_MILLISECONDS });
} catch (error) {
  end(`${program} does not initialize: ${error.message}`);
}

const server = await startHTTPServer({
  createServer: async () => {
    const serverCapabilities = client.getServerCapabilities() ?? {};
    const made = calls.watch(
      new Server(client.getServerVersion(), {
        capabilities: serverCapabilities,
        instructions: client.getInstructions(),
      }),
    );
    await proxyServer({ client, requestTimeout: REQUEST_MILLISECONDS, server: made, serverCapabilities });
    return made;
  },
  maxBodySize: BODY_BYTES,
  modern: true,
  onListenSubscriptions: (uris) =>
    acquireListenSubscriptions({ client, requestTimeout: REQUEST_MILLISECONDS, uris }),
  port: 8080,
  sseEndpoint: null,
});
// Clients of revision 2026-07-28 hear of changes through the server itself.
getUpstreamBridge({ client, requestTimeout: REQUEST_MILLISECONDS }).subscribe({
  promptsListChanged: () => server.notify.promptsChanged(),
  resourcesListChanged: () => server.notify.resourcesChanged(),
  resourceUpdated: ({ uri }) => server.notify.resourceUpdated(uri),
  toolsListChanged: () => server.notify.toolsChanged(),
});
console.error(`mcpier: serving ${program}`);

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, async () => {
    await upstream.close();
    process.exit(0);
  });
}
