"""Filling a message's words: a Jinja sandbox that knows a few names and nothing else."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import meta, sandbox

__all__ = ["NAME", "PLACEHOLDERS", "check_template", "fill"]

NAME = "{name}"
"""Stands in a decided message where the shopper's name goes; the delivery puts it in when it sends."""

PLACEHOLDERS = ("name", "zone", "product", "coupon", "offer", "until")

_LONGEST = 4_000



class _Sandbox(sandbox.ImmutableSandboxedEnvironment):
    """Without multiplication, calls and most filters, a template cannot run for long or grow large."""

    intercepted_binops = frozenset(("*", "**", "%"))

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        raise jinja2.exceptions.SecurityError(f"{operator} is not allowed here")


_sandbox = _Sandbox(autoescape=False, undefined=jinja2.StrictUndefined)
_sandbox.globals.clear()
_sandbox.filters = {n: _sandbox.filters[n] for n in ("capitalize", "default", "lower", "title", "trim", "upper")}


def check_template(text: str) -> None:
    """Raise ValueError when the text is no template or uses an unknown placeholder."""
    if len(text) > _LONGEST:
        raise ValueError(f"has {len(text)} characters; at most {_LONGEST} are allowed")
    try:
        used = meta.find_undeclared_variables(_sandbox.parse(text))
    except jinja2.TemplateSyntaxError as error:
        raise ValueError(f"line {error.lineno}: {error.message}") from None
    unknown = used - set(PLACEHOLDERS)
    if unknown:
        raise ValueError(f"unknown placeholder {sorted(unknown)[0]!r}; known are {', '.join(PLACEHOLDERS)}")
    try:
        fill(text, dict.fromkeys(PLACEHOLDERS, "x"))
    except (jinja2.TemplateError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"cannot be filled in: {error}") from None


def fill(text: str, values: dict[str, Any]) -> str:
    """Return the text with its placeholders filled in; `name` always becomes NAME."""
    return _template(text).render(values | {"name": NAME}).strip()


@lru_cache(maxsize=1024)
def _template(text: str) -> jinja2.Template:
    return _sandbox.from_string(text)
