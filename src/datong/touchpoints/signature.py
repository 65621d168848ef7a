"""Signatures of webhooks: who sent a body, by an HMAC (RFC 2104) in a header, compared in constant time."""

from __future__ import annotations

import base64
import binascii
import hmac

import msgspec

from datong.touchpoints.call import Request

__all__ = ["SCHEMES", "Scheme", "verifies"]


class Scheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a sender signs: `header` holds, after `prefix`, the HMAC by `algorithm` in hex or base64.

    It is of the body; with `time` (the header that holds seconds since 1970) of `TIME.BODY`, with `id` too of
    `ID.TIME.BODY`. A header may hold several signatures, as while a secret is changed.
    """

    header: str
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    time: str = ""
    id: str = ""


SCHEMES: dict[str, Scheme] = {
    "github": Scheme("x-hub-signature-256", prefix="sha256="),  # docs.github.com: validating webhook deliveries
    "shopify": Scheme("x-shopify-hmac-sha256", encoding="base64"),  # shopify.dev: verify a webhook's origin
    "stripe": Scheme("stripe-signature", prefix="v1="),  # docs.stripe.com: t=TIME,v1=HMAC of TIME.BODY
    # standardwebhooks.com, as Svix and many others send it; the secret is base64 after `whsec_`
    "standard": Scheme("webhook-signature", encoding="base64", prefix="v1,", time="webhook-timestamp", id="webhook-id"),
}
"""What the usual senders do, by name."""


def verifies(scheme: Scheme, request: Request, body: bytes, secret: str, window: int) -> bool:
    """Return whether the body was signed with the secret, and, where the time is signed too, within `window` (ms)."""
    headers, key = request.headers, secret.encode()
    given = headers.get(scheme.header, "")
    signed = body
    if scheme.header == "stripe-signature":
        time = next((part[2:] for part in given.split(",") if part.startswith("t=")), "")
        signed, given = time.encode("utf-8", "replace") + b"." + body, given.replace(",", " ")
    else:
        time = headers.get(scheme.time, "") if scheme.time else ""
        if scheme.time:
            signed = f"{time}.".encode("utf-8", "replace") + body
        if scheme.id:
            signed = f"{headers.get(scheme.id, '')}.".encode("utf-8", "replace") + signed
    timed = bool(scheme.time) or scheme.header == "stripe-signature"
    if timed and not (time.isascii() and time.isdigit() and len(time) < 12
                      and abs(request.at - int(time) * 1000) <= window):
        return False
    if secret.startswith("whsec_") and scheme.encoding == "base64":
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"))
        except binascii.Error:
            return False
    digest = hmac.new(key, signed, scheme.algorithm).digest()
    expected = digest.hex() if scheme.encoding == "hex" else base64.b64encode(digest).decode()
    candidates = given.split(" ") if timed else [given]
    fits = [hmac.compare_digest((scheme.prefix + expected).encode(), one.strip().encode("utf-8", "replace"))
            for one in candidates]
    return any(fits)
