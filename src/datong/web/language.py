"""The language a reader of the console gets titles in: the one the request asks for, else the retailer's."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.datastructures import State

__all__ = ["LANGUAGES", "language_of"]

LANGUAGES = ("en", "zh-CN")
"""What the console speaks; scenes, tags, campaigns and places have their titles in both."""


def language_of(request: Request[Any, Any, State]) -> str:
    """Return `en` or `zh-CN` by the first language of `Accept-Language`; others get the retailer's."""
    retailer: str = request.app.state.platform.settings.retailer.language
    asked = request.headers.get("accept-language", "").strip().lower()
    for prefix, language in (("zh", "zh-CN"), ("en", "en")):
        if asked.startswith(prefix):
            return language
    return "zh-CN" if retailer.lower().startswith("zh") else "en"
