"""Till: receipts as tills write them (JSON, CSV, ARTS POSLog XML), brought to one form and told as calls.

Owns: nothing. Reads: nothing. Promises: whatever a frame holds comes out as a call or as an unread part; the money of a
receipt is the same in each form; one bad receipt stands alone.
"""

from datong.touchpoints.till.frame import FRAME_LIMIT, read_frame
from datong.touchpoints.till.receipt import natural_key, receipt_calls

__all__ = ["FRAME_LIMIT", "natural_key", "read_frame", "receipt_calls"]
