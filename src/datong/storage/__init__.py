"""Event log, operational state and facts, each on its embedded engine (state on PostgreSQL as well).

Owns: `storage` (cursors, the fold's position). Reads: nothing else. Promises: what is acknowledged is on disk; a
stage's effects and its cursor commit together; every table is registered with its owner and its person column.
"""

from datong.storage.backup import back_up, backups, put_back
from datong.storage.cursors import cursor, set_cursor
from datong.storage.facts import Facts, FactsTx
from datong.storage.log import (
    ERASED,
    EVENTS,
    MARK,
    QUARANTINE,
    Appended,
    Entry,
    Log,
    Record,
    SqliteLog,
    event_key,
    event_record,
)
from datong.storage.migrate import migrate, migrations
from datong.storage.sealed import renew_binaries
from datong.storage.stage import Stage
from datong.storage.state import Lookup, State, change_in, fetch_in, insert, insert_new, upsert
from datong.storage.store import Store, open_store
from datong.storage.subjects import age_facts, erase_facts, erase_state, personal_facts, personal_rows
from datong.storage.tables import FACT_TABLES, METADATA, FactTable, fact_table, state_table

__all__ = [
    "ERASED", "EVENTS", "FACT_TABLES", "MARK", "METADATA", "QUARANTINE", "Appended", "Entry", "FactTable", "Facts",
    "FactsTx", "Log", "Lookup", "Record", "SqliteLog", "Stage", "State", "Store", "age_facts", "back_up", "backups",
    "change_in", "cursor", "erase_facts", "erase_state", "event_key", "event_record", "fact_table", "fetch_in",
    "insert", "insert_new", "migrate", "migrations", "open_store", "personal_facts", "personal_rows", "put_back",
    "renew_binaries", "set_cursor", "state_table", "upsert",
]
