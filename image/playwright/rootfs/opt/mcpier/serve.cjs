// Playwright MCP's own program: loaded while Chromium starts, run once Chromium answers, so that no
// client meets a server without its browser.
const http = require('node:http');

const POLL_MS = 20;
// As long as a start may take: START_SECONDS of patience.py.
const PATIENCE_MS = 120_000;

const devtools = process.argv[process.argv.indexOf('--cdp-endpoint') + 1];

function answers() {
  return new Promise((resolve) => {
    const request = http.get(`${devtools}/json/version`, { timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

async function serve() {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await answers())) {
    if (Date.now() > deadline) {
      console.error(`mcpier: playwright-mcp waited ${PATIENCE_MS / 1000} s: ${devtools} does not answer`);
      process.exit(1);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  require('./adapt.cjs');
  require('./node_modules/@playwright/mcp/cli.js');
}

void serve();
require('playwright-core/lib/coreBundle');
