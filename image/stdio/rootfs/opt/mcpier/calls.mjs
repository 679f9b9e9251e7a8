// What a server asks of its client, led to the client whose call it works on.
//
// Over stdio a question does not say which call it is for, and one process serves all clients: only
// while a single client has calls in hand is it known whom to ask.

import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";

import { RoundCall } from "./round_call.mjs";

// What a server may ask, by what a client says that it can do.
const QUESTIONS = { "sampling/createMessage": "sampling", "elicitation/create": "elicitation" };
// The requests in whose course a server may ask.
const ASKING = new Set(["prompts/get", "resources/read", "tools/call"]);
// From it on, a client is asked in the answer, and calls again; before, by a request of its own.
const FIRST_WITH_ROUNDS = "2026-07-28";

// What the server is told of its clients, before there is one.
export const CAPABILITIES = { elicitation: { form: {} }, sampling: {} };

// `face` is what a client talks to: one for a session, or for a request of FIRST_WITH_ROUNDS.
class SessionCall {
  constructor(face, context) {
    Object.assign(this, { client: face, face, context });
  }

  ask(question, signal, timeout) {
    const { mcpReq } = this.context;
    return mcpReq.send(question, { signal: AbortSignal.any([signal, mcpReq.signal]), timeout });
  }
}

export class Calls {
  constructor(milliseconds) {
    this.milliseconds = milliseconds;
    this.inHand = new Set();
  }

  // Has the calls of a client count as in hand until they are answered.
  watch(face) {
    const register = face.setRequestHandler.bind(face);
    face.setRequestHandler = (method, handler) =>
      register(method, ASKING.has(method) ? this.noted(face, handler) : handler);
    return face;
  }

  noted(face, handler) {
    return (request, context) => {
      if (!(face.getNegotiatedProtocolVersion() >= FIRST_WITH_ROUNDS)) {
        return this.hold(new SessionCall(face, context), handler(request, context));
      }
      const state = context.mcpReq.requestState();
      if (state !== undefined) return this.parked(state).round(face, context);
      const call = new RoundCall(context);
      call.result = this.hold(call, handler(request, call.wrapped));
      return call.round(face, context);
    };
  }

  async hold(call, result) {
    this.inHand.add(call);
    try {
      return await result;
    } finally {
      this.inHand.delete(call);
    }
  }

  parked(state) {
    const found = [...this.inHand].find((call) => call.state === state);
    if (found) return found;
    const text = "no call waits for this answer: begin anew";
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, text);
  }

  // Has the server's questions, which reach `client`, led on.
  lead(client) {
    for (const method of Object.keys(QUESTIONS)) {
      client.setRequestHandler(method, ({ params }, { mcpReq }) =>
        this.ask({ method, params }, mcpReq.signal));
    }
  }

  async ask(question, signal) {
    const calls = [...this.inHand];
    const clients = new Set(calls.map((call) => call.client));
    if (clients.size !== 1) {
      const who = clients.size ? `calls of ${clients.size} clients are` : "no client's call is";
      throw new ProtocolError(ProtocolErrorCode.InternalError, `${who} in hand: nobody can be asked`);
    }
    const call = calls.at(-1);
    if (!call.face.getClientCapabilities()?.[QUESTIONS[question.method]]) {
      const text = `the client does not take ${question.method}`;
      throw new ProtocolError(ProtocolErrorCode.MethodNotFound, text);
    }
    return call.ask(question, signal, this.milliseconds);
  }
}
