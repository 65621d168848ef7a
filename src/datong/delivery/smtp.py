"""The channel kind `smtp`: electronic mail with the coupon's QR code in it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import formataddr, parseaddr
from html import escape

from datong.config import ChannelSettings, Secret
from datong.errors import ConfigError, Refused, Unavailable
from datong.marketing import coupon_png
from datong.model import Message, duration

__all__ = ["Smtp", "compose"]


class Smtp:
    """Hands mails to one server over a connection that is kept open."""

    def __init__(self, name: str, settings: ChannelSettings, reveal: Callable[[Secret], str]) -> None:
        for field, value in (("host", settings.host), ("sender", parseaddr(settings.sender)[1])):
            if not value:
                key = f"delivery.channels.{name}.{field}"
                raise ConfigError(f"the channel {name} has no {field}", hint=f"set {key}", field=key)
        self._settings, self._password = settings, reveal(settings.password)
        self._server: smtplib.SMTP | None = None

    def send(self, message: Message, to: Mapping[str, str]) -> None:
        """Send the mail; a permanent refusal of the server (5xx) of this recipient or mail raises Refused."""
        mail = compose(message, self._settings.sender, to["email"])
        sender = parseaddr(self._settings.sender)[1]
        for fresh in (self._server is None, True):
            try:
                server = self._server = self._server or self._connect()
                server.send_message(mail, sender, [to["email"]])
            except smtplib.SMTPServerDisconnected:
                self._server = None
                if fresh:
                    raise Unavailable("the mail server hung up", code="smtp_disconnected") from None
            except smtplib.SMTPRecipientsRefused as error:
                raise _verdict(next(iter(error.recipients.values()))[0]) from None
            except smtplib.SMTPDataError as error:
                raise _verdict(error.smtp_code) from None
            except smtplib.SMTPNotSupportedError:
                raise Refused("the mail server cannot carry this address", code="smtp_unsupported") from None
            except smtplib.SMTPResponseException as error:  # greeting, login or sender: not this mail's fault
                self.close()
                text = f"the mail server answered {error.smtp_code}"
                raise Unavailable(text, code=f"smtp_{error.smtp_code}") from None
            except (OSError, smtplib.SMTPException) as error:
                self.close()
                raise Unavailable("the mail server cannot be reached", code=type(error).__name__) from None
            else:
                return

    def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        server, self._server = self._server, None
        if server:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        s, timeout = self._settings, duration(self._settings.timeout) / 1000
        server: smtplib.SMTP
        if s.tls == "tls":
            server = smtplib.SMTP_SSL(s.host, s.port or 465, timeout=timeout, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(s.host, s.port or (587 if s.tls == "starttls" else 25), timeout=timeout)
        try:
            if s.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if s.user:
                server.login(s.user, self._password)
        except Exception:
            server.close()
            raise
        return server


def compose(message: Message, sender: str, address: str) -> EmailMessage:
    """Return the mail: text and HTML, the coupon's QR code inline; Message-ID is made of the idempotency key."""
    mail = EmailMessage()
    name, mailbox = parseaddr(sender)
    mail["From"] = formataddr((name, mailbox))
    mail["To"] = address
    mail["Subject"] = " ".join(message.title.split())
    mail["Message-ID"] = f"<{message.id}@{mailbox.rpartition('@')[2]}>"
    mail["X-Datong-Campaign"] = message.campaign
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body + (f"\n\n{message.coupon}\n" if message.coupon not in message.body else "\n"))
    body = escape(message.body).replace("\n", "<br>")
    picture = '<p><img src="cid:coupon" alt=""></p>' if message.coupon else ""
    code = f"<p><strong>{escape(message.coupon)}</strong></p>" if message.coupon else ""
    page = f'<html lang="{message.language}"><body><p>{body}</p>{picture}{code}</body></html>'
    mail.add_alternative(page, subtype="html")
    if message.coupon:
        html = mail.get_payload()[1]  # type: ignore[index]
        html.add_related(coupon_png(message.coupon), "image", "png", cid="<coupon>")  # type: ignore[union-attr]
    return mail


def _verdict(code: int) -> Refused | Unavailable:
    """Return the error for an SMTP reply (RFC 5321, section 4.2.1: 5xx is for good, 4xx for now)."""
    kind = Refused if code >= 500 else Unavailable
    return kind(f"the mail server answered {code}", code=f"smtp_{code}")
