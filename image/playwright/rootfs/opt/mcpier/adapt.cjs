// Fits Playwright MCP (0.0.83) to a browser that it shares a container with, and not a machine.
const { link, rm } = require('node:fs/promises');
const { inprocess } = require('playwright-core/lib/coreBundle');
const { Server } = require('playwright-core/lib/utilsBundle');

// A client's roots are folders of its own machine; taken for folders of this one, as Playwright MCP
// takes them, they are where a file that the client names cannot be written.
Server.prototype.listRoots = async () => ({ roots: [] });

// It leaves a browser that it joins to itself, downloads included: Chromium would hold many of them
// back until a person presses Keep. So they go to the files instead, and answers tell of them.
const { chromium } = inprocess.playwright;
const connect = chromium.connectOverCDP.bind(chromium);

// Each client's session joins by itself, and one that ends takes its word about downloads back for
// all of them (Chromium's BrowserHandler::Disable): so those that stay say it again. Once more a
// little later, for the other's end may reach Chromium behind the first time.
const said = new Map();
const LATER_MS = 250;

function sayAgain() {
  for (const say of said.values()) void say();
}

// It copies a finished download to its place, within one small file system; as a second name of the
// same file it takes its room once. Every client saves it: who comes second finds it there.
async function saveAs(download, file) {
  const finished = await download.path();
  await rm(file, { force: true });
  await link(finished, file).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

function saveDownloads(page) {
  page.on('download', (download) => {
    download.saveAs = (file) => saveAs(download, file);
  });
}

chromium.connectOverCDP = async (endpoint, options) => {
  const browser = await connect(endpoint, { ...options, noDefaults: false });
  const devtools = await browser.newBrowserCDPSession();
  const allowed = { behavior: 'allowAndName', downloadPath: options.artifactsDir };
  const [context] = browser.contexts();
  context.pages().forEach(saveDownloads);
  context.on('page', saveDownloads);
  said.set(browser, () => devtools.send('Browser.setDownloadBehavior', allowed).catch(() => {}));
  browser.once('disconnected', () => {
    said.delete(browser);
    sayAgain();
    setTimeout(sayAgain, LATER_MS);
  });
  return browser;
};
