// A stdio server that begins its session, and ends before it has done anything.
import readline from "node:readline";

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === "notifications/initialized") setTimeout(() => process.exit(4), 100);
  if (method !== "initialize") return;
  const { protocolVersion } = params;
  const result = { protocolVersion, capabilities: {}, serverInfo: { name: "short", version: "1" } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`);
});
