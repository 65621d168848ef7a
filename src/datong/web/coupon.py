"""The shopper's coupon page: plain, server-rendered, no script, no login; the code in the address is the secret."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath
from markupsafe import Markup

from datong.marketing import check_coupon, coupon_qr, offer_text, signed_code
from datong.platform import Platform

__all__ = ["pictured", "routes"]

_WORDS = {
    "en": {"title": "Your coupon", "until": "Valid until", "once": "Show this at the till. It works once.",
           "redeemed_coupon": "This coupon has been used.", "expired_coupon": "This coupon has expired.",
           "unknown": "We do not know this coupon.", "lang": "en", "remember": "Remember me on this phone"},
    "zh": {"title": "您的优惠券", "until": "有效期至", "once": "结账时出示，仅限使用一次。",
           "redeemed_coupon": "此优惠券已使用。", "expired_coupon": "此优惠券已过期。",
           "unknown": "未找到此优惠券。", "lang": "zh-CN", "remember": "在此手机上记住我"},
}
_PAGE = Environment(autoescape=True).from_string("""\
<!doctype html><html lang="{{ w.lang }}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<link rel="icon" href="/console/mark.svg" type="image/svg+xml">
<title>{{ w.title }}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif; }
body { margin: 0; display: grid; place-items: center; min-height: 100vh; background: Canvas; color: CanvasText; }
main { box-sizing: border-box; width: min(24rem, 92vw); text-align: center; padding: 1.5rem;
  border: 1px solid #8885; border-radius: 1rem; }
h1 { font-size: 1.1rem; margin: 0 0 .25rem; } .offer { font-size: 1.9rem; font-weight: 700; margin: .25rem 0 1rem; }
svg { box-sizing: border-box; width: 70%; height: auto; background: #fff; padding: .75rem; border-radius: .5rem; }
button { font: inherit; margin-top: 1rem; padding: .5rem 1rem; border: 1px solid #8885; border-radius: .6rem;
  background: none; color: inherit; cursor: pointer; }
code { display: block; font-size: 1.05rem; letter-spacing: .06em; margin: .75rem 0; } p { margin: .25rem 0; }
</style>
<main><h1>{{ retailer }}</h1>
{% if offer %}<p class="offer">{{ offer }}</p>{{ qr }}<code>{{ code }}</code><p>{{ w.until }} {{ until }}</p>
<p>{{ w.once }}</p>{% if not known %}<form method="post" action="/c/{{ code }}/remember"><button>{{ w.remember }}
</button></form>{% endif %}{% else %}<p class="offer">{{ reason }}</p>{% endif %}</main></html>
""")


def pictured(platform: Platform, code: str) -> str:
    """Return what the picture of a coupon says: its code, where the settings ask for it with a signature."""
    return signed_code(platform.vault, code) if platform.settings.marketing.signed_pictures else code


@get("/c/{code:str}", sync_to_thread=True, include_in_schema=False)
def page(request: Request[Any, Any, State], code: FromPath[str]) -> Response[str]:
    """Show a coupon with its QR code, or why it cannot be used."""
    platform: Platform = request.app.state.platform
    retailer = platform.settings.retailer
    asked = request.headers.get("accept-language", "") or retailer.language
    words = _WORDS["zh" if asked.lower().startswith("zh") else "en"]
    with platform.store.state.read() as tx:
        found = check_coupon(tx, platform.vault, code, platform.store.clock.now())
    shown: dict[str, Any] = {"w": words, "retailer": retailer.name, "known": "shopper" in request.cookies}
    if found.ok and found.coupon:
        until = datetime.fromtimestamp(found.coupon.expires / 1000, UTC).astimezone(ZoneInfo(retailer.timezone))
        shown |= {"offer": offer_text(found.coupon.offer, retailer.currency, words["lang"]), "code": found.code,
                  "qr": Markup(coupon_qr(pictured(platform, found.code))),  # noqa: S704 our SVG
                  "until": until.strftime("%Y-%m-%d %H:%M")}
    else:
        shown["reason"] = words.get(found.reason, words["unknown"])
    return Response(_PAGE.render(shown), media_type="text/html", status_code=200 if found.ok else 404,
                    headers={"Cache-Control": "no-store"})


routes = [page]
