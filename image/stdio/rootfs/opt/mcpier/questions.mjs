// Requests of a server to its client, under ids of our own: each process numbers its own from the start,
// so that an answer to one that has ended would be taken for an answer to the next.

export class Questions {
  constructor() {
    this.theirs = new Map();
    this.count = 0;
  }

  // The request as the client shall see it.
  asked(message) {
    this.count += 1;
    const id = `question-${this.count}`;
    this.theirs.set(id, message.id);
    return { ...message, id };
  }

  // The answer as the server knows it; undefined where the process that asked is gone.
  answered(message) {
    if (!this.theirs.has(message.id)) return undefined;
    const id = this.theirs.get(message.id);
    this.theirs.delete(message.id);
    return { ...message, id };
  }

  // The server's `notifications/cancelled`, or whatever else it says, as the client shall see it.
  told(message) {
    if (message.method !== "notifications/cancelled") return message;
    const [requestId] = [...this.theirs].find(([, id]) => id === message.params?.requestId) ?? [];
    this.theirs.delete(requestId);
    return { ...message, params: { ...message.params, requestId } };
  }

  // For each request that waits: the server takes it back.
  takenBack() {
    const waiting = [...this.theirs.keys()];
    this.theirs.clear();
    return waiting.map((requestId) => ({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { reason: "the server has ended", requestId },
    }));
  }
}
