// A call of a client of revision 2026-07-28, in whose course its server asks something.
//
// Such a client is asked in the answer (`input_required`) and calls again with what was asked for. The
// server's own call goes on meanwhile: until its time is over, or a client in a round hangs up.

import { randomUUID } from "node:crypto";

import { inputRequired, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";

const KEY = "question";

export class RoundCall {
  constructor(context) {
    // What the client gives back, by which it comes to this call again.
    this.state = randomUUID();
    this.client = this;
    this.ended = new AbortController();
    this.answered = () => {};
    // Behind each other: a client is asked one thing at a time.
    this.questions = Promise.resolve();
    const own = { notify: (it) => this.notify(it), signal: this.ended.signal };
    this.wrapped = { ...context, mcpReq: { ...context.mcpReq, ...own } };
  }

  // What a request of the client is answered: the call's result, or what the server asks before it.
  async round(face, context) {
    Object.assign(this, { face, context });
    const { inputResponses, signal } = context.mcpReq;
    const asked = new Promise((resolve) => {
      this.put = resolve;
    });
    const hungUp = () => this.ended.abort(signal.reason);
    signal.addEventListener("abort", hungUp, { once: true });
    this.answered(inputResponses?.[KEY]);
    try {
      return await Promise.race([this.result, asked]);
    } finally {
      signal.removeEventListener("abort", hungUp);
    }
  }

  ask(question, signal) {
    const answer = this.questions.then(() => this.answer(question, signal));
    this.questions = answer.catch(() => {});
    return answer;
  }

  answer(question, signal) {
    return new Promise((resolve, reject) => {
      const text = "the client called again without an answer";
      const without = new ProtocolError(ProtocolErrorCode.InvalidParams, text);
      this.answered = (response) => (response ? resolve(response) : reject(without));
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.put(inputRequired({ inputRequests: { [KEY]: question }, requestState: this.state }));
    });
  }

  // A client knows its progress by the token of its latest request.
  notify({ method, params }) {
    const { mcpReq } = this.context;
    const { progressToken } = mcpReq._meta ?? {};
    return mcpReq.notify({ method, params: { ...params, progressToken } });
  }
}
