"""Receipts per second on one core, from the bytes of a frame to the admitted event: POSLog XML and CSV.

    python benchmarks/receipts.py [--receipts 20000]

Each receipt has three lines, one of them with a discount, a tax, a tender and a member card. As an anchor the same
documents are only parsed (lxml's tree, csv's rows), which is the least that any reader of them has to do.
"""

from __future__ import annotations

import argparse
import csv
import io
import time

from lxml import etree

from datong.config import Settings
from datong.model import from_iso
from datong.privacy import Vault
from datong.touchpoints import Call, Listening
from datong.touchpoints.admit import Admission, Origin
from datong.touchpoints.kinds.pos import Pos

__all__ = ["csv_frame", "measure", "poslog_frame"]

NOW = from_iso("2026-03-01T20:00:00Z")
FRAME = 500
"""Receipts in one frame: about what a shop sends in an hour."""


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


def measure(receipts: int) -> tuple[dict[str, int], dict[str, int]]:
    """Return receipts per second of each form, ours and merely parsed."""
    kind, context = Pos(), Listening("tills", "", "Asia/Shanghai")
    admission = Admission(Settings(), Vault(b"0123456789abcdef0123456789abcdef"))
    origin = Origin("tills", "pos", "pos", verified=frozenset(kind.verified))
    ours, anchor = {}, {}
    for name, make in (("poslog", poslog_frame), ("csv", csv_frame)):
        frames = [make(first, FRAME) for first in range(0, receipts, FRAME)]
        began, paid = time.process_time(), 0
        for frame in frames:
            for one in kind.listen(frame, context):
                assert isinstance(one, Call)
                paid += admission.admit(one, origin, NOW, NOW)[0].amount
        ours[f"{name}_receipts_per_s"] = int(len(frames) * FRAME / (time.process_time() - began))
        assert paid == len(frames) * FRAME * 28_960, "money was lost"
        began = time.process_time()
        for frame in frames:
            if name == "csv":
                list(csv.reader(io.StringIO(frame.decode())))
            else:
                etree.fromstring(frame)
        anchor[f"{name}_receipts_per_s"] = int(len(frames) * FRAME / (time.process_time() - began))
    return ours, anchor


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=20_000)
    ours, anchor = measure(parser.parse_args().receipts)
    for name, value in ours.items():
        print(f"{name}: {value:,} (merely parsed: {anchor[name]:,})")
