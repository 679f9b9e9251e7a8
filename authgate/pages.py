"""The pages that people see, as HTML without a script."""

import hashlib
from base64 import b64encode
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from authgate.answers import RETRY_OWN_TROUBLE
from authgate.hosts import InstanceHost
from authgate.sites import Site

_STYLE = files("authgate").joinpath("templates/style.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_TEMPLATES = Environment(
    loader=PackageLoader("authgate"), autoescape=True, undefined=StrictUndefined
)
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    # With `no-referrer` a browser would send its form with `Origin: null`.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def render(template: str, **values: object) -> str:
    """The HTML of a template in this package."""
    return _TEMPLATES.get_template(template).render(style=_STYLE, **values)


def page(template: str, status: int, headers: dict[str, str], **values: object) -> HTMLResponse:
    """A page with the headers that all pages carry, and more."""
    return HTMLResponse(render(template, **values), status, HEADERS | headers)


def sign_in_page(
    host: InstanceHost, site: Site, status: int, problem: str = "", retry_after: int = 0
) -> HTMLResponse:
    """The form that asks for a token; the same for every host of a kind, known or not."""
    headers = {"retry-after": str(retry_after)} if retry_after else {}
    if status == 401:
        headers["www-authenticate"] = f'Cookie realm="{host.label}"'
    return page("sign_in.html", status, headers, name=host.label, site=site, problem=problem)


def see_other(place: str, cookie: str = "") -> Response:
    """Sends the browser to another page, with a cookie to set on the way."""
    headers = HEADERS | ({"set-cookie": cookie} if cookie else {})
    return RedirectResponse(place, 303, headers)


def own_trouble() -> Response:
    """Says that the gate cannot decide."""
    text = "The gate cannot read this instance's record; its log says why."
    headers = {"retry-after": str(RETRY_OWN_TROUBLE)}
    return page(
        "message.html", 503, headers, title="Not now", text=text, retry_after=RETRY_OWN_TROUBLE
    )
