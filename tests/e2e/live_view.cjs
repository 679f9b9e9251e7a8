// Waits until the colour is seen; says the page's address and its screenshot in base64. Reads {colour}.

// Runs in the page: whether the middle of the lower half of the remote screen has the colour.
function shows(colour) {
  const canvas = document.querySelector('canvas');
  if (!canvas || !canvas.width) return false;
  const [x, y] = [canvas.width / 2, (canvas.height * 4) / 5];
  const seen = canvas.getContext('2d').getImageData(x, y, 1, 1).data;
  return colour.every((value, channel) => Math.abs(value - seen[channel]) < 16);
}

async function look(page, { colour }) {
  await page.waitForFunction(shows, colour, { timeout: 60_000 });
  const image = await page.screenshot();
  return { image: image.toString('base64'), address: page.url().split('#')[0] };
}

signedIn(look).catch(failed);
