// Keeps the page as things are, for as long as somebody looks at it. Without it the page is as it
// was when it was loaded.
"use strict";

const PATIENCE = 5000;
const PICTURE_AGE = 10_000;
const events = document.currentScript.dataset.events;
const connection = document.getElementById("connection");
const notice = document.getElementById("notice");
let stream = null;
let waiting = null;
let renewing = null;

// Only what differs is put in: what stays shall not be read out again.
function swap(id, html) {
  const element = document.getElementById(id);
  if (!element) return;
  const fresh = element.cloneNode(false);
  fresh.innerHTML = html;
  if (!fresh.isEqualNode(element)) element.replaceChildren(...fresh.childNodes);
}

// Lazy pictures outside the window are not asked for.
function renewPictures() {
  for (const picture of document.querySelectorAll(".picture img")) {
    picture.src = `${picture.src.split("?")[0]}?${Date.now()}`;
  }
}

function follow() {
  renewing = setInterval(renewPictures, PICTURE_AGE);
  stream = new EventSource(events);
  stream.onopen = () => {
    clearTimeout(waiting);
    connection.textContent = "Live.";
  };
  stream.onmessage = ({ data }) => {
    for (const [id, html] of Object.entries(JSON.parse(data))) swap(id, html);
  };
  stream.addEventListener("changed", () => {
    end("The stack has other instances now: reload the page.");
  });
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) {
      end("You are signed out, or the portal does not answer: reload the page.");
    } else {
      // It is ended every minute, and the browser opens it again by itself.
      clearTimeout(waiting);
      waiting = setTimeout(() => (connection.textContent = "Connecting…"), PATIENCE);
    }
  };
}

function leave() {
  clearTimeout(waiting);
  clearInterval(renewing);
  if (stream) stream.close();
  stream = null;
}

function end(why) {
  leave();
  document.removeEventListener("visibilitychange", turn);
  connection.textContent = "No longer live.";
  notice.textContent = why;
}

function turn() {
  leave();
  if (!document.hidden) follow();
}

function addCopyButton(text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  });
  text.after(button);
}

document.querySelectorAll("[data-copy]").forEach(addCopyButton);
document.addEventListener("visibilitychange", turn);
turn();
