// The bridge's side of a server that begins its session, ends, and never begins another.
import { ServerProcess } from "/opt/mcpier/server_process.mjs";

const SERVER = `
  const { existsSync, writeFileSync } = require("node:fs");
  process.stdin.once("data", (line) => {
    if (existsSync("/tmp/began")) return;
    writeFileSync("/tmp/began", "");
    const { id } = JSON.parse(line);
    console.log(JSON.stringify({ jsonrpc: "2.0", id, result: {} }));
    setTimeout(() => process.exit(4), 50);
  });
  setInterval(() => {}, 1000);
`;

function giveUp(reason) {
  // Behind the bridge's own lines, which go to standard error: two streams keep no order.
  console.error(reason);
  process.exit(0);
}

const server = new ServerProcess({
  program: "node",
  args: ["-e", SERVER],
  env: process.env,
  startMilliseconds: 500,
  onGiveUp: giveUp,
});
await server.start();
await server.send({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} });
