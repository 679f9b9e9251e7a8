// Fits Playwright MCP (0.0.83) to a browser that it shares a container with, and not a machine.
const { inprocess } = require('playwright-core/lib/coreBundle');
const { Server } = require('playwright-core/lib/utilsBundle');

// A client's roots are folders of its own machine; taken for folders of this one, as Playwright MCP
// takes them, they are where a file that the client names cannot be written.
Server.prototype.listRoots = async () => ({ roots: [] });

// It leaves a browser that it joins to itself, downloads included: Chromium would hold many of them
// back until a person presses Keep. So they go to the files instead, and answers tell of them.
const { chromium } = inprocess.playwright;
const connect = chromium.connectOverCDP.bind(chromium);
chromium.connectOverCDP = (endpoint, options) => connect(endpoint, { ...options, noDefaults: false });
