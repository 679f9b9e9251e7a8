// Messages in a stream of bytes, one a line. What is no message is dropped; memory is bounded.

import { StringDecoder } from "node:string_decoder";

// Room for a result of 32 MiB in base64, with what stands around it.
const LONGEST_LINE = 48 << 20;
const NOTED_A_MINUTE = 10;
const NOTED_CHARACTERS = 200;

export class JsonLines {
  constructor(onMessage, onTooLong) {
    Object.assign(this, { onMessage, onTooLong });
    this.decoder = new StringDecoder("utf8");
    this.parts = [];
    this.length = 0;
    this.minute = 0;
    this.dropped = 0;
  }

  push(chunk) {
    let rest = this.decoder.write(chunk);
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      this.keep(rest.slice(0, end));
      this.line(this.parts.join(""));
      this.forget();
      rest = rest.slice(end + 1);
    }
    this.keep(rest);
    if (this.length > LONGEST_LINE) {
      this.forget();
      this.onTooLong(`a line of more than ${LONGEST_LINE >> 20} MiB`);
    }
  }

  keep(part) {
    if (part) this.parts.push(part);
    this.length += part.length;
  }

  forget() {
    this.parts = [];
    this.length = 0;
  }

  line(text) {
    const trimmed = text.trim();
    if (!trimmed) return;
    let message;
    try {
      message = trimmed.startsWith("{") ? JSON.parse(trimmed) : undefined;
    } catch {
      // It is noted below.
    }
    if (message?.jsonrpc === "2.0") this.onMessage(message);
    else this.note(trimmed);
  }

  // A server that prints without end must not fill the log either.
  note(text) {
    const minute = Math.floor(Date.now() / 60_000);
    if (minute !== this.minute) {
      if (this.dropped > NOTED_A_MINUTE) console.error(`mcpier: dropped ${this.dropped} such lines`);
      Object.assign(this, { minute, dropped: 0 });
    }
    this.dropped += 1;
    if (this.dropped <= NOTED_A_MINUTE) {
      console.error(`mcpier: the server printed what is no message: ${text.slice(0, NOTED_CHARACTERS)}`);
    }
  }
}
