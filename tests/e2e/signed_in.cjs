// A person's browser at the live view or the portal, before one of the scripts beside it: opens the
// page, signs in with the token, or with the link that the URL is if there is none, and prints as JSON
// what the script's function makes of the page. Reads {url, token, pin, …} on stdin, which the function
// is given too. The machine that serves the stack is known as docker-host.
const { text } = require('node:stream/consumers');
const { chromium } = require('playwright-core');

async function signedIn(look) {
  const asked = JSON.parse(await text(process.stdin));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      // The key of the stack's certificate, and no other one that the CA did not sign.
      `--ignore-certificate-errors-spki-list=${asked.pin}`,
      '--host-resolver-rules=MAP *.localhost docker-host',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
    ],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(asked.url);
  if (asked.token) await page.getByLabel(/token$/).fill(asked.token);
  await page.getByRole('button').click();
  console.log(JSON.stringify(await look(page, asked)));
  await browser.close();
}

function failed(error) {
  console.error(error);
  process.exit(1);
}
