"""The shopper's pages: codes on goods, kiosk, screens, electronic shelf; plain, server-rendered, no login.

`routes` are for everybody, `console` is behind the login.
"""

from datong.web.shopper import kiosk, made, order, product, remember, screen, shelf
from datong.web.shopper.made import claim_for, take_playlist_file
from datong.web.shopper.page import signed_address
from datong.web.shopper.visitor import Recent

__all__ = ["Recent", "claim_for", "console", "routes", "signed_address", "take_playlist_file"]

console = made.routes
routes = [*product.routes, *order.routes, *remember.routes, *kiosk.routes, *screen.routes, *shelf.routes]
