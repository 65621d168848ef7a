"""Every error Datong raises, by what the caller can do about it.

DatongError                 code, message, hint, field, said; safe to show: never carries a personal value
├─ ConfigError              mend the file                                → exit 2
├─ Rejected                 bad input; kept in quarantine with its reason → 422
├─ NotFound                 there is no such thing                        → 404
├─ Conflict                 it is there already, with other contents      → 409
├─ Forbidden                not allowed                                   → 403
├─ Unauthorised             say who you are                               → 401
├─ TooLarge                 send less at once                             → 413
├─ TooMany                  send slower (`after` seconds)                 → 429
├─ Unavailable              try again (`after` seconds)                   → 503
├─ Refused                  the outside world said no for good            → 502
├─ MissingExtra             an optional package is not installed          → 500
└─ Broken                   our own fault                                 → 500
"""

from __future__ import annotations

__all__ = [
    "Broken", "ConfigError", "Conflict", "DatongError", "Forbidden", "MissingExtra", "NotFound", "Refused",
    "Rejected", "TooLarge", "TooMany", "Unauthorised", "Unavailable",
]


class DatongError(Exception):
    """Base of every error: a stable `code`, a `message`, what to do next in `hint`, and the `field` at fault.

    `said` is what the message speaks of, by name, for a reader whose language is another.
    """

    status = 500
    exit_code = 1
    code = "error"

    def __init__(
        self, message: str, *, code: str | None = None, hint: str = "", field: str = "", after: float | None = None,
        said: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.hint = hint
        self.field = field
        self.after = after
        self.said = said or {}

    def body(self) -> dict[str, object]:
        """Return the one JSON shape in which every error leaves the platform."""
        shape: dict[str, object] = {"code": self.code, "message": self.message}
        if self.hint:
            shape["hint"] = self.hint
        if self.field:
            shape["field"] = self.field
        if self.said:
            shape["said"] = self.said
        return shape


class ConfigError(DatongError):
    """The configuration is wrong; the message names the key and the file."""

    status, exit_code, code = 500, 2, "config_error"


class Rejected(DatongError):
    """One piece of input is bad; it is kept in quarantine with this reason."""

    status, code = 422, "rejected"


class NotFound(DatongError):
    """There is no such thing."""

    status, code = 404, "not_found"


class Conflict(DatongError):
    """It exists already, with other contents."""

    status, code = 409, "conflict"


class Forbidden(DatongError):
    """The caller is known and may not do this."""

    status, code = 403, "forbidden"


class Unauthorised(DatongError):
    """The caller did not say who it is, or not truly."""

    status, code = 401, "unauthorised"


class TooLarge(DatongError):
    """The body is larger than the limit."""

    status, code = 413, "too_large"


class TooMany(DatongError):
    """The caller sends faster than it may; try again after `after` seconds."""

    status, code = 429, "too_many"


class Unavailable(DatongError):
    """A part of the platform or the outside world is away; try again after `after` seconds."""

    status, code = 503, "unavailable"


class Refused(DatongError):
    """The outside world said no for good; sending again will not help."""

    status, code = 502, "refused"


class MissingExtra(DatongError, ImportError):
    """An optional package is missing; the hint is the install command."""

    code = "missing_extra"

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed", hint=f'pip install "datong[{extra}]"')


class Broken(DatongError):
    """Datong itself is at fault."""

    code = "broken"
