// Looks at pages of the portal in headless Chromium, as `browser.py` beside it asks on stdin: {url,
// axe, looks}. Prints what it finds of each look.
const { text } = require('node:stream/consumers');
const { chromium } = require('playwright-core');

const CHROMIUM = {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
};

// On the host's network, where it sees the networks of other containers come and go.
const OTHERS = /ERR_NETWORK_CHANGED/;

// As an instance would draw it: a page in small.
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="270">
  <path fill="#fff" d="M0 0h480v270H0z"/>
  <path fill="#dfe3e6" d="M0 0h480v26H0zM24 110h260v8H24zM24 128h230v8H24zM24 146h245v8H24z"/>
  <path fill="#146356" d="M24 56h200v22H24zM24 190h90v28H24z"/>
  <path fill="#f2c14e" d="M320 56h136v162H320z"/>
</svg>`;

async function opened(browser, { url, axe }, look) {
  const page = await browser.newPage({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.scheme,
    javaScriptEnabled: look.script,
  });
  const complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !OTHERS.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript({ content: axe });
  // Traefik leads these to the instances.
  const picture = { contentType: 'image/svg+xml', body: PICTURE };
  await page.route('**/thumbnails/*', (route) => route.fulfill(picture));
  await page.goto(url + look.path);
  if (look.script) await page.getByText('Live.', { exact: true }).waitFor();
  return { page, complaints };
}

// What axe-core finds serious, what pictures there are and how wide,
// and whether anything stands out of the window.
async function judged(page) {
  return page.evaluate(async () => {
    document.querySelectorAll('details').forEach((each) => (each.open = true));
    const { violations } = await axe.run();
    const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    return {
      violations: grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html)}`),
      pictures: [...document.images].map(({ alt, naturalWidth }) => [alt, naturalWidth]),
      overflows: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    };
  });
}

// What the Tab key leads to, one after the other.
async function tabbed(page, times) {
  const met = [];
  for (let turn = 0; turn < times; turn += 1) {
    await page.keyboard.press('Tab');
    met.push(await page.evaluate(() => document.activeElement.textContent.trim()));
  }
  return met;
}

async function seen(browser, asked, look) {
  const { page, complaints } = await opened(browser, asked, look);
  const image = await page.screenshot({ fullPage: look.whole });
  const shown = await page.locator('body').innerText();
  const found = look.script ? await judged(page) : {};
  if (look.tabs) {
    await page.reload();
    found.tabbed = await tabbed(page, look.tabs);
  }
  await page.close();
  return { ...found, complaints, shown, image: image.toString('base64') };
}

async function main() {
  const asked = JSON.parse(await text(process.stdin));
  const browser = await chromium.launch(CHROMIUM);
  const found = [];
  for (const look of asked.looks) found.push(await seen(browser, asked, look));
  console.log(JSON.stringify(found));
  await browser.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
