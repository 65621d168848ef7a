"""Portal: a login to the guest WiFi; it ties the phone in the shopper's hand to who they say they are, by consent."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from datong.errors import Rejected
from datong.touchpoints.call import Call, CallContext, ExternalId, Heard, Kind, Listening
from datong.touchpoints.json_frame import read_json

__all__ = ["Portal"]

_SHAPE = '{"mac": "d8:30:62:01:02:03", "phone": "13912345678", "time": ISO, "consent": {"marketing": true}}'
_WHO = ("phone", "email", "member_card", "wechat_openid", "wechat_unionid", "user_id")
_TRAITS = ("name", "first_name", "last_name", "birthday", "gender")
_MAC = ("mac", "client_mac", "clientMac")


class Portal(Kind):
    """A frame is one login, as JSON or as a form: `mac`, who it is, `time`, and what was agreed to in `consent`.

    The number is taken to be checked (by SMS); say `verified = []` under the touchpoint where it is not. `consent` is
    `{purpose: true or false}`; in a form, `consent_marketing=true`. A login without a `mac` is kept as well.
    """

    kind = "portal"
    hears = ("Identified", "Consent Changed")
    verified = ("phone",)

    def listen(self, frame: bytes, context: Listening) -> list[Heard]:  # noqa: ARG002
        """Return who logged in, and each answer about consent."""
        found = _read(frame)
        who = [ExternalId(name, found[name]) for name in _WHO if isinstance(found.get(name), str | int)
               and found[name] not in ("", True, False)]
        if not who:
            raise Rejected("the login names nobody", code="missing_identifier", field="phone", hint=f"send {_SHAPE}")
        time = found.get("time")
        if not isinstance(time, str | None):
            raise Rejected("time is not a time", code="bad_time", field="time", hint="write ISO 8601")
        mac = next((found[name] for name in _MAC if isinstance(found.get(name), str) and found[name]), None)
        device = [ExternalId("wifi_mac", mac)] if mac else []
        traits = {name: found[name] for name in _TRAITS if isinstance(found.get(name), str) and found[name]}
        heard: list[Heard] = [
            Call("identify", context=CallContext(external_ids=[*device, *who]), traits=traits or None, timestamp=time),
        ]
        for purpose, granted in sorted(_consents(found).items()):
            properties = {"purpose": purpose, "granted": granted}
            heard.append(Call("track", "Consent Changed", context=CallContext(external_ids=who),
                              properties=properties, timestamp=time))
        return heard


def _read(frame: bytes) -> dict[str, Any]:
    if frame.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return read_json(frame, _SHAPE)
    try:
        form = dict(parse_qsl(frame.decode(), strict_parsing=True, max_num_fields=100))
    except ValueError:
        raise Rejected("the frame is neither JSON nor a form", code="bad_json", hint=f"send {_SHAPE}") from None
    return dict(form)


def _consents(found: dict[str, Any]) -> dict[str, bool]:
    said = found.get("consent")
    if said is None:
        return {name.removeprefix("consent_"): value in {"true", "1", "on", "yes"}
                for name, value in found.items() if name.startswith("consent_") and isinstance(value, str)}
    if not isinstance(said, dict) or not all(type(value) is bool for value in said.values()):
        raise Rejected("consent must be {purpose: true or false}", code="bad_type", field="consent",
                       hint='write {"marketing": true}')
    return {str(purpose): value for purpose, value in said.items()}
