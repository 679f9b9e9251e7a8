// A person's browser: opens the live view, signs in with the view token, waits until the colour is
// seen, and prints a screenshot in base64. Reads {url, token, pin, colour} on stdin.
const { text } = require('node:stream/consumers');
const { chromium } = require('playwright-core');

// Runs in the page: whether the middle of the lower half of the remote screen has the colour.
function shows(colour) {
  const canvas = document.querySelector('canvas');
  if (!canvas || !canvas.width) return false;
  const [x, y] = [canvas.width / 2, (canvas.height * 4) / 5];
  const seen = canvas.getContext('2d').getImageData(x, y, 1, 1).data;
  return colour.every((value, channel) => Math.abs(value - seen[channel]) < 16);
}

async function main() {
  const { url, token, pin, colour } = JSON.parse(await text(process.stdin));
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
  await page.waitForFunction(shows, colour, { timeout: 20_000 });
  const image = await page.screenshot();
  await browser.close();
  console.log(JSON.stringify({ image: image.toString('base64'), address: page.url().split('#')[0] }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
