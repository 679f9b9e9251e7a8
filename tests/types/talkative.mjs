// A stdio server that says more than answers: it asks its client, reports progress, writes to the log.
import readline from "node:readline";

const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const said = (id, text) => say({ id, result: { content: [{ type: "text", text }] } });
// The id of every question: that of the first in each process, so that two processes ask by the same.
const QUESTION = 1;
const lingering = new Set();
let answered = () => {};
let ended = 0;

function ask(method, params, then) {
  answered = then;
  say({ id: QUESTION, method, params });
}

function elicit(then) {
  ask("elicitation/create", { message: "Your name?", requestedSchema: form }, then);
}

function report(progress, { progressToken }) {
  say({ method: "notifications/progress", params: { progressToken, progress, total: 3 } });
}

const question = { role: "user", content: { type: "text", text: "Capital of France?" } };
const form = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
const repeat = (id) => ({ result, error }) => said(id, JSON.stringify(result ?? error));
const tools = {
  sample: (id) => ask("sampling/createMessage", { maxTokens: 9, messages: [question] }, repeat(id)),
  elicit: (id) => elicit(repeat(id)),
  twice: (id, meta) =>
    elicit(({ result: one }) => {
      report(1, meta);
      elicit(({ result: two }) => {
        report(2, meta);
        said(id, `${one.content.name} and ${two.content.name}`);
      });
    }),
  leave: (id) => {
    tools.elicit(id);
    setTimeout(() => process.exit(3), 300);
  },
  count: (id, meta) => {
    for (const progress of [1, 2, 3]) report(progress, meta);
    said(id, "counted");
  },
  log: (id) => {
    say({ method: "notifications/message", params: { level: "warning", data: "mind the gap" } });
    said(id, "logged");
  },
  linger: (id, meta) => {
    lingering.add(id);
    report(1, meta);
  },
  ended: (id) => said(id, String(ended)),
};
const answers = {
  initialize: ({ protocolVersion }) => {
    const serverInfo = { name: "talkative", version: "1" };
    return { protocolVersion, capabilities: { logging: {}, tools: {} }, serverInfo };
  },
  "tools/list": () => {
    const inputSchema = { type: "object" };
    return { tools: Object.keys(tools).map((name) => ({ name, inputSchema })) };
  },
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  const { id, method, params } = message;
  if (method === undefined) answered(message);
  else if (method === "tools/call") tools[params.name](id, params._meta ?? {});
  else if (method === "notifications/cancelled") ended += lingering.delete(params.requestId) ? 1 : 0;
  else if (method in answers) say({ id, result: answers[method](params) });
});
