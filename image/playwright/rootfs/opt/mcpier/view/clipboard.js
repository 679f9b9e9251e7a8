// Both ways between this machine's clipboard and the remote one. Where the page may not touch the
// clipboard (no HTTPS, no permission), the panel's text field stands in for it.
const panel = document.getElementById('clipboard-panel');
const field = document.getElementById('clipboard-text');
const button = document.getElementById('clipboard');

let current = null;
let lastSent = null;

function send(text) {
  if (current && !current.viewOnly && text !== lastSent) {
    lastSent = text;
    current.clipboardPasteFrom(text);
  }
}

async function sendLocalClipboard() {
  try {
    const text = await navigator.clipboard.readText();
    // An empty one here is no reason to empty the remote one.
    if (text) send(text);
  } catch {
    // Not allowed here: the panel remains.
  }
}

async function receive(event) {
  field.value = event.detail.text;
  lastSent = event.detail.text;
  try {
    await navigator.clipboard.writeText(event.detail.text);
  } catch {
    // Not allowed here: the panel shows the text.
  }
}

button.addEventListener('click', () => {
  panel.hidden = !panel.hidden;
  button.setAttribute('aria-expanded', String(!panel.hidden));
});
field.addEventListener('input', () => send(field.value));
window.addEventListener('focus', sendLocalClipboard);

export function connectClipboard(rfb) {
  current = rfb;
  lastSent = null;
  rfb.addEventListener('clipboard', receive);
}
