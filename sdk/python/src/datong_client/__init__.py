"""Datong's client: `Collector` for servers, `Till` for tills; standard library only, and nothing is lost offline."""

from datong_client.collector import Collector
from datong_client.coupon import CouponDay, genuine, read_day
from datong_client.line import Line, LineDown, Refused
from datong_client.outbox import Outbox, OutboxFull
from datong_client.till import Problem, Till, Told, Verdict

__all__ = [
    "Collector", "CouponDay", "Line", "LineDown", "Outbox", "OutboxFull", "Problem", "Refused", "Till", "Told",
    "Verdict", "genuine", "read_day",
]
