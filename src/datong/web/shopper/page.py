"""Page: what the shopper's pages have in common: language, template, money, addresses, and devices that are ours."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader
from litestar import Request, Response
from litestar.datastructures import Cookie, State
from markupsafe import Markup

from datong.errors import Forbidden
from datong.marketing import coupon_qr
from datong.model import Money
from datong.platform import Platform
from datong.web.shopper.words import WORDS

__all__ = [
    "DEVICE", "FORM", "PRINTING", "Asked", "address_of", "from_here", "is_device", "language", "money", "nothing_here",
    "platform_of", "qr", "render", "secure", "signed_address",
]

Asked = Request[Any, Any, State]
DEVICE = "datong-device"
"""The cookie of a kiosk or screen that was opened once with its key."""

FORM: dict[str, Any] = {"status_code": 200, "sync_to_thread": True, "include_in_schema": False,
                        "request_max_body_size": 16_384}
"""How a handler takes one of our forms."""
PRINTING = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
            "form-action 'self'; base-uri 'none'"}
"""What the one page that needs a script, to open the print dialogue, may do."""

_POLICY = ("default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: http:; form-action 'self'; "
           "base-uri 'none'; frame-ancestors 'self'")
_YEAR = 365 * 86_400
_ENV = Environment(loader=PackageLoader("datong.web.shopper"), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def platform_of(request: Asked) -> Platform:
    """Return the platform behind the request."""
    found: Platform = request.app.state.platform
    return found


def language(request: Asked) -> str:
    """Return `zh` or `en`: what `?lang` asks for, else the browser, else the retailer's."""
    asked: str = request.query_params.get("lang") or request.headers.get("accept-language") or ""
    for name in ("zh", "en"):
        if asked.strip().lower().startswith(name):
            return name
    return "zh" if platform_of(request).settings.retailer.language.startswith("zh") else "en"


def render(
    request: Asked, template: str, status: int = 200, cookies: list[Cookie] | None = None,
    headers: dict[str, str] | None = None, **shown: Any,
) -> Response[str]:
    """Return the page in the reader's language; it is not kept by browsers unless `headers` say so."""
    lang = language(request)
    other = "en" if lang == "zh" else "zh"
    query = {**request.query_params, "lang": other}
    text = _ENV.get_template(template).render(
        w=WORDS[lang], lang=lang, html_lang="zh-CN" if lang == "zh" else "en", other=other,
        retailer=platform_of(request).settings.retailer.name,
        other_address="?" + "&".join(f"{k}={v}" for k, v in query.items() if k in _KEPT), **shown,
    )
    return Response(text, media_type="text/html", status_code=status, cookies=cookies,
                    headers={"Cache-Control": "no-store", "Referrer-Policy": "same-origin",
                             "Content-Security-Policy": _POLICY, **(headers or {})})


_KEPT = {"lang", "store", "floor", "414"}


def nothing_here(request: Asked) -> Response[str]:
    """Return the page for an address that leads nowhere."""
    words = WORDS[language(request)]
    return render(request, "note.html", 404, title=words["nothing"], text=words["nothing_hint"])


def money(amount: int, currency: str) -> str:
    """Return an amount as it is written on a price tag: `¥499.00`, `499.00 EUR`."""
    plain = str(Money(amount, currency)).rpartition(" ")[0]
    return f"¥{plain}" if currency == "CNY" else f"{plain} {currency}"


def qr(text: str) -> Markup:
    """Return a code as inline SVG."""
    return Markup(coupon_qr(text))  # noqa: S704 our own SVG


def address_of(request: Asked) -> str:
    """Return the address under which the reader reached us, as `https://shop.example`."""
    scheme = request.headers.get("x-forwarded-proto", request.url.scheme).split(",")[0].strip()
    return f"{'https' if scheme == 'https' else 'http'}://{request.headers.get('host', request.url.netloc)}"


def from_here(request: Asked) -> None:
    """Raise Forbidden where another site sends a form of ours: it could make a shopper somebody else on their phone."""
    site, origin = request.headers.get("sec-fetch-site", ""), request.headers.get("origin", "")
    hosts = {request.headers.get("host", ""), request.headers.get("x-forwarded-host", "")} - {""}  # "null" has none
    if site not in ("same-origin", "none") if site else origin and urlsplit(origin).netloc not in hosts:
        raise Forbidden("the form was sent from another site", hint="open the page again")


def secure(request: Asked) -> bool:
    """Return whether the reader came by HTTPS, so that cookies may ask for it."""
    return address_of(request).startswith("https://")


def _device_key(platform: Platform, what: str) -> str:
    return urlsafe_b64encode(platform.vault.sign(b"device\0" + what.encode(), 15)).decode()


def signed_address(platform: Platform, what: str) -> str:
    """Return the path to open once on a device of ours: `what` is `kiosk/PLACE` or `screen/CODE`."""
    return f"/{what}?key={_device_key(platform, what)}"


def is_device(request: Asked, what: str) -> tuple[bool, list[Cookie]]:
    """Return whether the browser is the device, by key or cookie, and the cookie to set so that it stays it."""
    platform = platform_of(request)
    key = _device_key(platform, what)
    given = request.query_params.get("key", "")
    if given and compare_digest(given.encode("utf-8", "replace"), key.encode()):
        cookie = Cookie(DEVICE, f"/{what}", key, _YEAR, secure=secure(request), httponly=True, samesite="strict")
        return True, [cookie]
    kept = request.cookies.get(DEVICE, "")
    return compare_digest(kept.encode("utf-8", "replace"), key.encode()), []
