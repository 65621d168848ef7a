"""The shopper's pages: codes on goods, kiosk, screens, electronic shelf; plain, server-rendered, no login.

`routes` are for everybody, `console` is behind the login.
"""

from datong.web.shopper import devices, kiosk, made, order, product, remember, screen, shelf
from datong.web.shopper.alive import Alive
from datong.web.shopper.devices import kiosk_address, take_playlist_file
from datong.web.shopper.drawn import COLUMNS, Tag, picture, read_links, sheet
from datong.web.shopper.made import claim_for, make_and_tell
from datong.web.shopper.page import nothing_here, signed_address
from datong.web.shopper.visitor import Recent

__all__ = [
    "COLUMNS", "Alive", "Recent", "Tag", "claim_for", "console", "kiosk_address", "make_and_tell", "nothing_here",
    "picture", "read_links", "routes", "sheet", "signed_address", "take_playlist_file",
]

console = [*made.routes, *devices.routes]
routes = [*product.routes, *order.routes, *remember.routes, *kiosk.routes, *screen.routes, *shelf.routes]
