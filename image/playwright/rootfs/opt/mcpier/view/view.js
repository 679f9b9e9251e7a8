// The live view. Options stand in the URL's fragment, which never reaches a server:
// autoconnect=1, resize=scale, reconnect=1, view_only=1, password=…
import RFB from './novnc/core/rfb.js';
import { connectClipboard } from './clipboard.js';
import { connectKeyboard } from './keyboard.js';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 4000;

const element = (id) => document.getElementById(id);
const fragment = new URLSearchParams(location.hash.slice(1));
const isOn = (name) => ['1', 'true'].includes(fragment.get(name));

let rfb = null;
let retryMs = FIRST_RETRY_MS;
let password = fragment.get('password');

function showStatus(text) {
  element('status').textContent = text;
}

function askForPassword() {
  element('password-form').hidden = false;
  element('password').focus();
}

function connect() {
  element('connect').hidden = true;
  showStatus('Connecting');
  const url = new URL('websockify', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  rfb = new RFB(element('screen'), url.href, { shared: true, credentials: { password: password ?? undefined } });
  rfb.scaleViewport = fragment.get('resize') === 'scale';
  rfb.viewOnly = isOn('view_only');
  rfb.addEventListener('connect', connected);
  rfb.addEventListener('disconnect', disconnected);
  rfb.addEventListener('credentialsrequired', askForPassword);
  rfb.addEventListener('securityfailure', refused);
  connectClipboard(rfb);
  connectKeyboard(rfb);
}

function connected() {
  retryMs = FIRST_RETRY_MS;
  showStatus(rfb.viewOnly ? 'Connected, watching only' : 'Connected');
  rfb.focus();
}

function refused(event) {
  password = null;
  showStatus(`Refused: ${event.detail.reason ?? 'wrong password'}`);
}

function disconnected() {
  rfb = null;
  if (isOn('reconnect') && password !== null) {
    showStatus('Connection lost, reconnecting');
    setTimeout(connect, retryMs);
    retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS);
    return;
  }
  if (password !== null) {
    showStatus('Not connected');
  }
  element('connect').hidden = false;
}

element('connect').addEventListener('click', connect);
element('fullscreen').addEventListener('click', () => {
  if (document.fullscreenElement) {
    document.exitFullscreen();
  } else {
    document.documentElement.requestFullscreen();
  }
});
element('password-form').addEventListener('submit', (event) => {
  event.preventDefault();
  element('password-form').hidden = true;
  password = element('password').value;
  if (rfb) {
    rfb.sendCredentials({ password });
  } else {
    connect();
  }
});

if (isOn('autoconnect')) {
  connect();
}
