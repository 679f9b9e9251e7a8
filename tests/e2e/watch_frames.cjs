// A person who watches for long: opens the live view, signs in with the view token, and looks at the
// picture ten times a second. Reads {url, token, pin, seconds} on stdin; prints how many different
// pictures were seen, the longest time in milliseconds without a new one, and every status shown.
const { text } = require('node:stream/consumers');
const { chromium } = require('playwright-core');

// Runs in the page.
async function watch(milliseconds) {
  const status = document.getElementById('status');
  const statuses = [];
  new MutationObserver(() => statuses.push(status.textContent)).observe(status, { childList: true });
  const canvas = document.querySelector('canvas');
  const pixel = () => canvas.getContext('2d').getImageData(canvas.width / 2, (canvas.height * 4) / 5, 1, 1).data.join();
  const end = Date.now() + milliseconds;
  let [seen, last, since, longest] = [0, pixel(), Date.now(), 0];
  while (Date.now() < end) {
    await new Promise((done) => setTimeout(done, 100));
    const now = pixel();
    longest = Math.max(longest, Date.now() - since);
    if (now === last) continue;
    [seen, last, since] = [seen + 1, now, Date.now()];
  }
  return { seen, longest, statuses };
}

async function main() {
  const { url, token, pin, seconds } = JSON.parse(await text(process.stdin));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      // The key of the stack's certificate, and no other one that the CA did not sign.
      `--ignore-certificate-errors-spki-list=${pin}`,
      '--host-resolver-rules=MAP *.localhost 127.0.0.1',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
    ],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  await page.getByLabel('View token').fill(token);
  await page.getByRole('button').click();
  await page.waitForFunction(() => document.getElementById('status')?.textContent === 'Connected');
  console.log(JSON.stringify(await page.evaluate(watch, seconds * 1000)));
  await browser.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
