// Waits until the portal is live, follows the link to an instance, and signs out; says what it saw.

async function look(page, { instance }) {
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.getByText('Live.', { exact: true }).waitFor({ timeout: 60_000 });
  const state = await page.locator(`#state-${instance}`).innerText();
  const summary = await page.locator('#summary').innerText();
  const certificate = await page.locator('#certificate').innerText();
  await page.getByRole('link', { name: instance, exact: true }).click();
  await page.getByText('Live.', { exact: true }).waitFor({ timeout: 60_000 });
  // It is asked for again while somebody looks.
  const picture = page.locator('#picture img[src*="?"]');
  await picture.waitFor({ timeout: 60_000 });
  const width = await picture.evaluate(async (image) => {
    await image.decode();
    return image.naturalWidth;
  });
  const tokens = await page.locator('#tokens').innerText();
  // What is refused from here on, the browser complains of.
  const heard = [...complaints];
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Operator token').waitFor({ timeout: 60_000 });
  const refused = (await page.goto(new URL('/events', page.url()).href)).status();
  return { state, width, summary, certificate, tokens, refused, complaints: heard };
}

signedIn(look).catch(failed);
