"""The load itself: file after file through the intake, each from where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

import msgspec

from datong.commerce import known_skus
from datong.errors import Rejected
from datong.privacy import Vault
from datong.storage import Store
from datong.touchpoints.admit import Admission, Origin
from datong.touchpoints.call import Call, Heard, Unread
from datong.touchpoints.intake import Intake
from datong.touchpoints.load.calls import Maker, goods
from datong.touchpoints.load.columns import Columns
from datong.touchpoints.load.files import DataFile, find_files
from datong.touchpoints.load.mapping import Load, LoadMapping
from datong.touchpoints.load.position import find_position, keep_position
from datong.touchpoints.load.read import Loaded, Reader, Report
from datong.touchpoints.load.shapes import IDENTIFIERS

__all__ = ["Loader"]

CHUNK = 2_000
"""Calls that are admitted together, in one group commit of the log."""

class Loader:
    """Loads the files of a mapping; `settle` carries what is in the log through the flow."""

    def __init__(
        self, mapping: LoadMapping, store: Store, vault: Vault, intake: Intake, settle: Callable[[], None],
        report: Report = lambda *_: None,
    ) -> None:
        """Find the files and check every column, before anything is written; raises ConfigError, MissingExtra."""
        self._mapping, self._store, self._vault, self._intake = mapping, store, vault, intake
        self._settle, self._report = settle, report
        self._namespaces = (*IDENTIFIERS, *store.settings.identity.namespaces)
        self._jobs: list[tuple[Load, Columns, list[DataFile]]] = []
        for at, load in enumerate(mapping.load, 1):
            where = f"{mapping.path}: load[{at}]"
            columns = Columns.of(mapping, load, where)
            files = find_files(load, mapping.root, where)
            for file in files:
                file.check(columns.needs, where)
            self._jobs.append((load, columns, files))

    def run(self, again: bool = False) -> list[Loaded]:
        """Load every file, in the mapping's order, and return what became of each.

        A file whose contents were loaded before is skipped, unless `again`; its events would be duplicates anyway.
        """
        done = []
        for load, columns, files in self._jobs:
            done.extend([self._file(load, columns, file, again) for file in files])
            self._settle()  # the next file may speak of what this one brought: receipts of products, say
        return done

    def check(self) -> list[Loaded]:
        """Read every file and try its rows on the admission; store nothing."""
        done = []
        told: set[str] = set()
        for load, columns, files in self._jobs:
            for file in files:
                loaded = Loaded(load.as_, file.name)
                reader = Reader(load.as_, columns, file, self._maker(load.as_, ""), loaded, self._report)
                self._try(reader.calls(self._store.settings.data), loaded, told)
                if self._mapping.unknown_goods == "create":
                    loaded.created = len(self._missing(reader.skus) - told)
                done.append(loaded)
        return done

    def _file(self, load: Load, columns: Columns, file: DataFile, again: bool) -> Loaded:
        at = find_position(self._store.state, self._mapping.source, load.as_, file.name, file.digest())
        loaded = Loaded(load.as_, file.name, before=0 if again else at.done)
        if at.finished and not again:
            loaded.skipped = True
            return loaded
        if again:
            at = msgspec.structs.replace(at, done=0, finished=False)
        keep_position(self._store.state, at)
        maker = self._maker(load.as_, f"{at.edition}-{at.digest}")
        reader = Reader(load.as_, columns, file, maker, loaded, self._report)
        calls = islice(reader.calls(self._store.settings.data), at.done, None)
        while chunk := list(islice(calls, CHUNK)):
            if reader.skus and self._mapping.unknown_goods == "create":
                self._create(reader.skus, loaded)
                reader.skus = set()
            self._admit(chunk, loaded)
            at = msgspec.structs.replace(at, done=at.done + len(chunk))
            keep_position(self._store.state, at)
            self._report("storing", file.name, at.done, None)
        keep_position(self._store.state, msgspec.structs.replace(at, finished=True))
        return loaded

    def _create(self, skus: set[str], loaded: Loaded) -> None:
        """List the goods that the receipts name and nobody described, so that their sales are not lost."""
        missing = sorted(self._missing(skus))
        if missing:
            self._admit([goods(sku) for sku in missing], Loaded("products", loaded.file))
            self._settle()
        loaded.created = len(missing)

    def _missing(self, skus: set[str]) -> set[str]:
        with self._store.state.read() as tx:
            return skus - known_skus(tx, skus)

    def _admit(self, calls: list[Heard], loaded: Loaded) -> None:
        for result in self._intake.accept_calls(self._mapping.source, calls, history=True):
            if result.status == "stored":
                loaded.stored += 1
            elif result.status == "duplicate":
                loaded.duplicates += 1
            else:
                loaded.reasons[result.code or result.status] += 1

    def _try(self, calls: Iterable[Heard], loaded: Loaded, told: set[str]) -> None:
        admission = Admission(self._store.settings, self._vault)
        origin, now = Origin(self._mapping.source), self._store.clock.now()
        for call in calls:
            if not isinstance(call, Call):
                loaded.reasons[call.code if isinstance(call, Unread) else "bad_type"] += 1
                continue
            try:
                event, _ = admission.admit(call, origin, now, now, history=True)
            except Rejected as error:
                loaded.reasons[error.code] += 1
                continue
            loaded.stored += 1
            if event.type == "Product Updated":
                told.update(item.sku for item in event.items)

    def _maker(self, kind: str, edition: str) -> Maker:
        return Maker(kind, self._namespaces, self._mapping.currency, edition, self._pseudonym)

    def _pseudonym(self, value: str) -> str:
        """Return a text that stands for an identifier in a message id, which is not encrypted."""
        return f"{self._vault.key('load', value):x}"
