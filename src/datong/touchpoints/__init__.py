"""Touchpoints: kinds that listen, and the intake that stores, deduplicates or quarantines what they hear.

Owns: `touchpoints` (quarantine, sources, load, short links, claims, playlists; the facts event, spot). Reads:
`commerce` and `places` (which goods and stores are known). Promises: what was answered with 200 is on disk; whatever
came in is stored, known already, or in quarantine with a reason; nothing personal is kept in the clear.
"""

from datong.touchpoints.asgi import IntakeApp
from datong.touchpoints.call import (
    Call,
    CallContext,
    Device,
    ExternalId,
    Heard,
    Kind,
    Listening,
    Reply,
    Request,
    Scan,
    Secrets,
    Unread,
)
from datong.touchpoints.capture import Captures
from datong.touchpoints.claim import ClaimUsed, claims_of, make_claim, read_claim, used_claims
from datong.touchpoints.counts import read_counts, take_counts
from datong.touchpoints.elements import fingerprint, read_elements
from datong.touchpoints.goods_list import GoodsLine, GoodsTaken, read_goods, take_goods
from datong.touchpoints.intake import Intake, Result
from datong.touchpoints.keys import WriteKeys
from datong.touchpoints.kinds import kinds
from datong.touchpoints.link import Link, NewLink, link_of, links, links_page, make_links, restore_link, retire_link
from datong.touchpoints.load import Loaded, Loader, LoadMapping, read_mapping
from datong.touchpoints.own import append_own, own_event
from datong.touchpoints.playlist import (
    Playlist,
    Running,
    Screen,
    Slide,
    drop_playlist,
    playlists,
    read_playlists,
    running,
    screen_of,
    set_playlist,
    tell_played,
)
from datong.touchpoints.quarantine import Replayed, discard, expire, forget, mend, replay
from datong.touchpoints.quarantined import renewed
from datong.touchpoints.read import Kept, Reason, SourceSeen, inspect, quarantined, reasons, sources
from datong.touchpoints.recall import event_of, recall
from datong.touchpoints.sheet import sheet_text
from datong.touchpoints.step import QuarantineDesk
from datong.touchpoints.stores import StoreLine, StoresTaken, read_stores, take_stores
from datong.touchpoints.till import FRAME_LIMIT, natural_key
from datong.touchpoints.tried import Tried, try_frame
from datong.touchpoints.versions import Line, versions

__all__ = [
    "FRAME_LIMIT", "Call", "CallContext", "Captures", "ClaimUsed", "Device", "ExternalId", "GoodsLine",
    "GoodsTaken", "Heard", "Intake", "IntakeApp", "Kept", "Kind", "Line", "Link", "Listening", "LoadMapping",
    "Loaded", "Loader", "NewLink", "Playlist", "QuarantineDesk", "Reason", "Replayed", "Reply", "Request", "Result",
    "Running", "Scan", "Screen", "Secrets", "Slide", "SourceSeen", "StoreLine", "StoresTaken", "Tried", "Unread",
    "WriteKeys", "append_own", "claims_of", "discard", "drop_playlist", "event_of", "expire", "fingerprint",
    "forget", "inspect", "kinds", "link_of", "links", "links_page", "make_claim", "make_links", "mend",
    "natural_key", "own_event", "playlists", "quarantined", "read_claim", "read_counts", "read_elements",
    "read_goods", "read_mapping", "read_playlists", "read_stores", "reasons", "recall", "renewed", "replay",
    "restore_link", "retire_link", "running", "screen_of", "set_playlist", "sheet_text", "sources", "take_counts",
    "take_goods", "take_stores", "tell_played", "try_frame", "used_claims", "versions",
]
