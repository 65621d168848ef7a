"""HTTP: the intake mounted beside the JSON API, the built console, and the shoppers' pages.

Owns: nothing. Reads: every package's front door. Promises: one error shape; nothing but the intake, the shoppers'
pages (coupon, codes on goods, kiosk, screens, shelves), the health check, the counters and the clock answers without
a login.
"""

from datong.web.login import hash_password
from datong.web.server import create_app, serve
from datong.web.shopper import (
    COLUMNS,
    Tag,
    claim_for,
    kiosk_address,
    make_and_tell,
    picture,
    read_links,
    sheet,
    signed_address,
    take_playlist_file,
)

__all__ = [
    "COLUMNS", "Tag", "claim_for", "create_app", "hash_password", "kiosk_address", "make_and_tell", "picture",
    "read_links", "serve", "sheet", "signed_address", "take_playlist_file",
]
