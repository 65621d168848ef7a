"""Receipts of tills for benchmarks/touchpoints.py: POSLog XML and CSV, from the bytes of a frame to the admitted event.

Processor time of one core. Each receipt has three lines, one of them with a discount, a tax, a tender and a member
card. As an anchor the same documents are only parsed (lxml's tree, csv's rows), the least that any reader has to do.
"""

from __future__ import annotations

import csv
import gc
import io
import time

from lxml import etree

from datong.config import Settings
from datong.model import from_iso
from datong.privacy import Vault
from datong.touchpoints import Call, Listening
from datong.touchpoints.admit import Admission, Origin
from datong.touchpoints.kinds.pos import Pos

__all__ = ["anchor", "csv_frame", "ours", "poslog_frame"]

NOW = from_iso("2026-03-01T20:00:00Z")
FRAME = 500
"""Receipts in one frame: about what a shop sends in an hour."""
LESS = 30
"""So many sightings stand for one receipt in the size that is asked for."""


def poslog_frame(first: int, count: int) -> bytes:
    """Return a POSLog 2.2 document of `count` receipts, numbered from `first`."""
    out = ['<?xml version="1.0" encoding="UTF-8"?><POSLog xmlns="http://www.nrf-arts.org/IXRetail/namespace/">']
    for number in range(first, first + count):
        lines = "".join(
            f'<LineItem EntryMethod="Scanned"><SequenceNumber>{at}</SequenceNumber><Sale ItemType="Stock">'
            f"<ItemID>SKU{(number * 7 + at) % 4000}</ItemID><Description>Goods {at}</Description>"
            f"<RegularSalesUnitPrice>49.90</RegularSalesUnitPrice><ExtendedAmount>99.80</ExtendedAmount>"
            f"<ExtendedDiscountAmount>{'9.80' if at == 1 else '0.00'}</ExtendedDiscountAmount>"
            f'<Quantity UnitOfMeasureCode="EA">2</Quantity><Tax TaxType="VAT"><TaxableAmount '
            f'TaxIncludedInTaxableAmountFlag="true">99.80</TaxableAmount><Amount>11.48</Amount><Percent>13</Percent>'
            f"</Tax></Sale></LineItem>" for at in range(1, 4))
        out.append(
            f"<Transaction><RetailStoreID>S{number % 60}</RetailStoreID><WorkstationID>1</WorkstationID>"
            f"<SequenceNumber>{number}</SequenceNumber><BusinessDayDate>2026-03-01</BusinessDayDate>"
            f"<BeginDateTime>2026-03-01T10:00:00</BeginDateTime><EndDateTime>2026-03-01T10:02:{number % 60:02}"
            f"</EndDateTime><OperatorID>7</OperatorID><CurrencyCode>CNY</CurrencyCode><RetailTransaction>{lines}"
            f'<LineItem><SequenceNumber>4</SequenceNumber><Tender TenderType="Cash" TypeCode="Sale"><Amount>289.60'
            f"</Amount></Tender></LineItem><LoyaltyAccount><LoyaltyAccountID>{880_000_000 + number}"
            f'</LoyaltyAccountID></LoyaltyAccount><Total TotalType="TransactionGrandAmount">289.60</Total>'
            f"</RetailTransaction></Transaction>")
    return "".join([*out, "</POSLog>"]).encode()


def csv_frame(first: int, count: int) -> bytes:
    """Return the same receipts as CSV, a row per line."""
    out = ["store,till,business_day,sequence,time,currency,operator,member_card,total,sku,name,quantity,price,discount,"
           "tax,tax_rate,tax_included,tender,tender_amount"]
    for n in range(first, first + count):
        head = f"S{n % 60},1,2026-03-01,{n},2026-03-01T10:02:{n % 60:02},CNY,7,{880_000_000 + n},289.60"
        out.extend(f"{head},SKU{(n * 7 + at) % 4000},Goods {at},2,49.90,{'9.80' if at == 1 else '0.00'},11.48,13,true,"
                   "Cash,289.60" for at in range(1, 4))
    return "\n".join(out).encode()


def ours(kind: str, wanted: int) -> dict[str, float]:
    """Return receipts per second from the bytes of a frame to the admitted event, and that no money was lost."""
    pos, context = Pos(), Listening("tills", "", "Asia/Shanghai")
    admission = Admission(Settings(), Vault(b"0123456789abcdef0123456789abcdef"))
    origin = Origin("tills", "pos", "pos", verified=frozenset(pos.verified))
    frames = _frames(kind, wanted)
    gc.freeze()  # as the platform does when it starts
    gc.set_threshold(20_000, 20, 50)
    began, paid = time.process_time(), 0
    for frame in frames:
        for one in pos.listen(frame, context):
            assert isinstance(one, Call)
            paid += admission.admit(one, origin, NOW, NOW)[0].amount
    spent = time.process_time() - began
    assert paid == len(frames) * FRAME * 28_960, "money was lost"
    return {f"{kind}_receipts_per_s": round(len(frames) * FRAME / spent)}


def anchor(kind: str, wanted: int) -> dict[str, float]:
    """Return receipts per second where the same documents are only parsed."""
    frames = _frames(kind, wanted)
    began = time.process_time()
    for frame in frames:
        if kind == "csv":
            list(csv.reader(io.StringIO(frame.decode())))
        else:
            etree.fromstring(frame)
    return {f"{kind}_receipts_per_s": round(len(frames) * FRAME / (time.process_time() - began))}


def _frames(kind: str, wanted: int) -> list[bytes]:
    make = poslog_frame if kind == "poslog" else csv_frame
    return [make(first, FRAME) for first in range(0, max(FRAME, wanted // LESS), FRAME)]
