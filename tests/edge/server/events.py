"""Events that a client has not yet seen, by which it resumes a stream."""

import itertools
from collections import deque

from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp_types import JSONRPCMessage

KEPT = 10_000


class Events(EventStore):
    """Keeps the newest events of all streams."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._events: deque[tuple[str, str, JSONRPCMessage | None]] = deque(maxlen=KEPT)

    async def store_event(self, stream_id: str, message: JSONRPCMessage | None) -> str:
        """Keeps an event and returns its id."""
        event_id = str(next(self._numbers))
        self._events.append((event_id, stream_id, message))
        return event_id

    async def replay_events_after(
        self, last_event_id: str, send_callback: EventCallback
    ) -> str | None:
        """Sends what came after an event of the same stream; the stream's id."""
        kept = list(self._events)
        ids = [event_id for event_id, _, _ in kept]
        if last_event_id not in ids:
            return None
        last = ids.index(last_event_id)
        stream = kept[last][1]
        for event_id, of, message in kept[last + 1 :]:
            if of == stream and message is not None:
                await send_callback(EventMessage(message, event_id))
        return stream
