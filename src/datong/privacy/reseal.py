"""Sealing anew: after a new sealing key, every seal in state and log is made with it, so that the old key can go."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from datong.model import Event, decode_event, encode_event
from datong.privacy.vault import Vault
from datong.storage import EVENTS, QUARANTINE, Entry, Store, renew_binaries

__all__ = ["reseal"]

_STRETCH = 5_000


def reseal(
    store: Store, vault: Vault, quarantined: Callable[[bytes], bytes | None],
    progress: Callable[[str, int, int], None] | None = None,
) -> int:
    """Seal everything with the key in use and return how many values and log entries were renewed.

    `quarantined` returns the body of a rejected call sealed anew, or None. It may be broken off and run again.
    """
    tell = progress or (lambda _what, _done, _end: None)
    count = renew_binaries(store.state, vault.renewed, lambda done, end: tell("state", done, end))
    at, end = 0, store.log.end()
    while at < end and (entries := store.log.read(at, _STRETCH)):
        changed = [new for entry in entries if (new := _renewed(entry, vault, quarantined)) is not None]
        if changed:
            store.log.rewrite(changed, same=True)
        count += len(changed)
        at = entries[-1].offset
        tell("log", min(at, end), end)
    return count


def _renewed(entry: Entry, vault: Vault, quarantined: Callable[[bytes], bytes | None]) -> Entry | None:
    if entry.topic == QUARANTINE:
        body = quarantined(entry.body)
    elif entry.topic == EVENTS:
        body = _event(decode_event(entry.body), vault)
    else:
        return None
    return entry._replace(body=body) if body is not None else None


def _event(event: Event, vault: Vault) -> bytes | None:
    identifiers = tuple(
        msgspec.structs.replace(i, sealed=new) if i.sealed and (new := vault.renewed(i.sealed)) else i
        for i in event.identifiers
    )
    personal = {name: vault.renewed(sealed) or sealed for name, sealed in event.personal.items()}
    if identifiers == event.identifiers and personal == event.personal:
        return None
    return encode_event(msgspec.structs.replace(event, identifiers=identifiers, personal=personal))
