// The server's process as a transport of MCP: started again when it ends, bounded in what it may send.

import { spawn } from "node:child_process";

import { JsonLines } from "./json_lines.mjs";
import { Questions } from "./questions.mjs";

const INTERNAL_ERROR = -32603;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;
// One that ends this often before it has answered any client cannot live.
const MOST_STARTS = 5;
const GRACE = 5_000;
// For what a server that has ended leaves behind, and for what it wrote last.
const AFTERMATH = 1_000;

function signalGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

export class ServerProcess {
  // Each start must be answered within startMilliseconds: of the first the client sees to that.
  constructor({ program, args, env, startMilliseconds, onGiveUp }) {
    Object.assign(this, { program, args, env, startMilliseconds, onGiveUp });
    this.pending = new Set();
    this.questions = new Questions();
    // What the client said to begin its session; each new process is told it again.
    this.greetings = [];
    this.replaying = null;
    this.notified = false;
    this.failures = 0;
    this.closing = false;
  }

  async start() {
    this.spawn();
  }

  async send(message) {
    if (message.method === undefined) {
      const answer = this.questions.answered(message);
      if (answer) this.write(answer);
      return;
    }
    if (message.method === "initialize") this.greetings = [message];
    else if (message.method === "notifications/initialized") this.greetings[1] = message;
    else if (message.method === "notifications/cancelled") this.pending.delete(message.params?.requestId);
    if (message.id !== undefined) this.pending.add(message.id);
    if (!this.child || this.replaying !== null) this.refuse(message, "is being started again");
    else this.write(message);
  }

  async close() {
    this.closing = true;
    const child = this.child;
    if (child) {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.stdin.end();
      signalGroup(child, "SIGTERM");
      const timer = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE);
      await ended;
      clearTimeout(timer);
    }
    this.onclose?.();
  }

  spawn() {
    const stdio = ["pipe", "pipe", "inherit"];
    const child = spawn(this.program, this.args, { detached: true, env: this.env, stdio });
    this.child = child;
    // It may end between a message and its arrival: its close tells of that.
    child.stdin.on("error", () => {});
    const lines = new JsonLines(
      (message) => this.receive(message),
      (what) => this.kill(child, `it sent ${what}`),
    );
    child.stdout.on("data", (chunk) => lines.push(chunk));
    child.once("error", (error) => this.ended(child, error.message));
    // Its close waits for all that hold its standard output.
    child.once("exit", () => {
      signalGroup(child, "SIGTERM");
      setTimeout(() => {
        signalGroup(child, "SIGKILL");
        child.stdout.destroy();
      }, AFTERMATH);
    });
    child.once("close", (code, signal) => this.ended(child, signal ?? `exit code ${code}`));
  }

  receive(message) {
    if (message.id !== undefined && message.method === undefined) {
      if (message.id === this.replaying) {
        this.replaying = null;
        if (this.greetings[1]) this.write(this.greetings[1]);
        return;
      }
      if (!this.pending.delete(message.id)) return;
      this.failures = 0;
      this.answer(message);
    } else if (message.id !== undefined) this.onmessage?.(this.questions.asked(message));
    else this.notify(this.questions.told(message));
  }

  notify(notification) {
    if (!this.notified) setImmediate(() => Object.assign(this, { notified: false }));
    this.notified = true;
    this.onmessage?.(notification);
  }

  // The SDK handles a notification a little later than an answer, which would make a call's last
  // progress come too late: an answer that stands right behind one waits for it.
  answer(message) {
    if (this.notified) setImmediate(() => this.onmessage?.(message));
    else this.onmessage?.(message);
  }

  ended(child, how) {
    if (this.child !== child) return;
    this.child = null;
    if (this.closing) return;
    this.failures += 1;
    console.error(`mcpier: ${this.program} ended: ${how}`);
    for (const message of this.questions.takenBack()) this.onmessage?.(message);
    for (const id of [...this.pending]) this.refuse({ id }, `ended (${how})`);
    if (this.failures >= MOST_STARTS) {
      this.onGiveUp(`${this.program} ended ${this.failures} times without an answer: ${how}`);
      return;
    }
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.failures - 1));
    setTimeout(() => this.again(), pause);
  }

  again() {
    if (this.closing) return;
    this.spawn();
    if (this.greetings.length === 0) return;
    // An id that no client of the SDK draws.
    this.replaying = `mcpier-${this.failures}`;
    this.write({ ...this.greetings[0], id: this.replaying });
    const { child } = this;
    setTimeout(() => {
      if (this.child === child && this.replaying !== null) this.kill(child, "it does not initialize");
    }, this.startMilliseconds);
  }

  kill(child, why) {
    console.error(`mcpier: ending ${this.program}: ${why}`);
    signalGroup(child, "SIGKILL");
  }

  refuse(message, why) {
    if (message.id === undefined || !this.pending.delete(message.id)) return;
    const text = `${this.program} ${why}; try again`;
    const error = { code: INTERNAL_ERROR, message: text };
    queueMicrotask(() => this.onmessage?.({ jsonrpc: "2.0", id: message.id, error }));
  }

  write(message) {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }
}
