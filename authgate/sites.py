"""What a session opens, by the kind of host: where signing in leads, and what it is called."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from authgate.hosts import Kind
from authgate.model import Grant, Record

SIGN_IN = "/_mcpier/sign-in"


class Site(NamedTuple):
    """`door` is the path of the page that asks to sign in, `inside` says where that leads.

    The rest are words for people: `place` completes «opens …», `token` names what is asked for,
    `ask` says where to get it.
    """

    door: str
    inside: Callable[[Record, Grant], str]
    place: str
    token: str
    ask: str


def _view(record: Record, grant: Grant) -> str:
    """The view's page. What stands behind # never leaves the browser: no log has the password."""
    place = "/vnc.html#autoconnect=1&resize=scale&reconnect=1"
    password = record.vnc_password
    if grant is Grant.WATCH:
        place, password = f"{place}&view_only=1", record.vnc_watch_password
    return f"{place}&password={quote(password, safe='')}" if password else place


SITES = {
    Kind.VNC: Site(
        door="/",
        inside=_view,
        place="the live view",
        token="view token",
        ask="Ask for the instance's view token.",
    ),
    # `/` is the portal's own page: the gate leads from there to the door.
    Kind.APP: Site(
        door=SIGN_IN,
        inside=lambda record, grant: "/",
        place="the portal",
        token="operator token",
        ask="Ask for an operator token, or for a link.",
    ),
}
