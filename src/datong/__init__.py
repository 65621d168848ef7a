"""Datong joins a retailer's online and offline business into one loop.

`datong.open("datong.toml")` returns the running platform; see `datong.platform.Platform`.
"""

from typing import TYPE_CHECKING, Any

from datong._version import __version__

if TYPE_CHECKING:
    from datong.platform import Platform

__all__ = ["__version__", "open"]


def open(path: str = "datong.toml", **settings: Any) -> "Platform":  # noqa: A001
    """Open the platform described by the configuration file at `path`.

    Raises `datong.errors.ConfigError` when the file is missing or a value in it is wrong.
    """
    from datong.platform import open_platform

    return open_platform(path, **settings)
