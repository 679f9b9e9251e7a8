"""A small picture of the page that Chromium shows, taken when somebody asks for one."""

import json
import threading
import time
from base64 import b64decode

from playwright_instance.devtools import DEADLINE_SECONDS, shown_page

PATH = "/thumbnail.jpg"
GOOD_FOR_SECONDS = 5.0
# The first frame of a screencast: unlike a screenshot of another size, it leaves the page's own
# alone. Enough to tell pages apart, in 1 to 30 KB.
FRAME = {"format": "jpeg", "quality": 60, "maxWidth": 480, "maxHeight": 480}


class Thumbnail:
    """The latest picture; who asks within five seconds gets the same one."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._due = 0.0
        self._picture: bytes | None = None

    def get(self) -> bytes | None:
        """Return a JPEG; None where Chromium does not answer, or shows no page."""
        with self._turn:
            if time.monotonic() >= self._due:
                self._picture = _take()
                self._due = time.monotonic() + GOOD_FOR_SECONDS
            return self._picture


def _take() -> bytes | None:
    # Here, for it takes 0.1 s, and the live view would start later.
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    url = shown_page()
    if url is None:
        return None
    ends = time.monotonic() + DEADLINE_SECONDS
    try:
        with connect(url, open_timeout=DEADLINE_SECONDS, close_timeout=0.1, proxy=None) as devtools:
            devtools.send(json.dumps({"id": 1, "method": "Page.startScreencast", "params": FRAME}))
            while True:
                said = json.loads(devtools.recv(max(0.0, ends - time.monotonic())))
                if said.get("method") == "Page.screencastFrame":
                    return b64decode(said["params"]["data"])
    except (OSError, WebSocketException):
        return None
