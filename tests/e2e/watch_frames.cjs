// Looks at the picture ten times a second; says how many different ones were seen, the longest time in
// milliseconds without a new one, and every status shown. Reads {seconds}.

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

async function look(page, { seconds }) {
  await page.waitForFunction(() => document.getElementById('status')?.textContent === 'Connected');
  return page.evaluate(watch, seconds * 1000);
}

signedIn(look).catch(failed);
