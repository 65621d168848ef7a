"""A coupon as a picture that a till's scanner reads."""

from __future__ import annotations

from io import BytesIO

import segno

__all__ = ["coupon_png", "coupon_qr"]


def coupon_qr(code: str) -> str:
    """Return the code as an inline SVG that grows with the room it is given."""
    return str(segno.make(code, micro=False, error="m").svg_inline(omitsize=True))


def coupon_png(code: str, scale: int = 6) -> bytes:
    """Return the code as a PNG picture, for mail readers, which show no SVG."""
    out = BytesIO()
    segno.make(code, micro=False, error="m").save(out, kind="png", scale=scale)
    return out.getvalue()
