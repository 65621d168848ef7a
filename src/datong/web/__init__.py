"""HTTP: the intake mounted beside the JSON API, the built console, and the shoppers' pages.

Owns: nothing. Reads: every package's front door. Promises: one error shape; nothing but the intake, the coupon page,
the health check, the counters and the clock answers without a login.
"""

from datong.web.login import hash_password
from datong.web.server import create_app, serve

__all__ = ["create_app", "hash_password", "serve"]
