// The official TypeScript SDK: reads {url, headers, page} on stdin, opens the page in the instance's
// browser, and prints {tools, text}.
import { text } from 'node:stream/consumers';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Agent, fetch } from 'undici';

// `*.localhost` is loopback (RFC 6761), which not every libc knows.
const loopback = (_host, options, done) =>
  options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
const dispatcher = new Agent({ connect: { lookup: loopback } });

const { url, headers, page } = JSON.parse(await text(process.stdin));
const transport = new StreamableHTTPClientTransport(new URL(url), {
  requestInit: { headers },
  fetch: (target, init) => fetch(target, { ...init, dispatcher }),
});
const client = new Client({ name: 'mcpier-test', version: '1.0.0' });
await client.connect(transport);
const { tools } = await client.listTools();
await client.callTool({ name: 'browser_navigate', arguments: { url: page } });
const shown = await client.callTool({ name: 'browser_snapshot', arguments: {} });
await client.close();
await dispatcher.close();
console.log(JSON.stringify({ tools: tools.map((tool) => tool.name), text: shown.content[0].text }));
