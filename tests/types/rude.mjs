// A stdio server without manners: tools that print garbage, flood, end it, or never answer.
import { spawn } from "node:child_process";
import readline from "node:readline";

const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const said = (id, text) => say({ id, result: { content: [{ type: "text", text }] } });
// It holds the standard output too.
const helper = (detached) => spawn("sleep", ["9999"], { detached, stdio: ["ignore", "inherit", "ignore"] });
const tools = {
  echo: (id) => said(id, String(process.pid)),
  die: () => process.exit(3),
  orphan: () => process.exit(helper(false) && 3),
  daemon: () => process.exit(helper(true) && 3),
  testament: (id) => {
    said(id, "my last");
    tools.daemon();
  },
  helped: (id) => {
    helper(true);
    said(id, "helped");
  },
  silent: () => {},
  garbage: (id) => {
    for (let line = 0; line < 100_000; line += 1) console.log("x".repeat(100));
    said(id, "done");
  },
  flood: () => {
    const part = "y".repeat(1 << 20);
    const more = () => {
      while (process.stdout.write(part));
      process.stdout.once("drain", more);
    };
    more();
  },
};

console.log("Welcome! This is not JSON.");
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === "initialize") {
    const serverInfo = { name: "rude", version: "1" };
    const { protocolVersion } = params;
    say({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } });
  }
  if (method === "tools/list") {
    const inputSchema = { type: "object" };
    say({ id, result: { tools: Object.keys(tools).map((name) => ({ name, inputSchema })) } });
  }
  if (method === "tools/call") tools[params.name](id);
});
