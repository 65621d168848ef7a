"""Questions about linking runs."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from datong.errors import NotFound
from datong.identity.linking.tables import RUN
from datong.identity.read import label

__all__ = ["run", "runs"]

_ROW = tuple(column for column in RUN.c if column.name not in ("report", "finished", "auto", "ask"))


def runs(tx: sa.Connection) -> list[dict[str, Any]]:
    """Return every run, the newest first."""
    return [_row(row) for row in tx.execute(sa.select(*_ROW).order_by(RUN.c.id.desc()))]


def run(tx: sa.Connection, id: int | str) -> dict[str, Any]:  # noqa: A002
    """Return a run with its report, members with their labels; raises NotFound when there is none."""
    number = int(id) if str(id).isdecimal() and len(str(id)) < 18 else 0
    row = tx.execute(sa.select(RUN).where(RUN.c.id == number)).first()
    if row is None:
        raise NotFound(f"there is no linking run {str(id)[:20]}", field="run")
    report = msgspec.json.decode(row.report) if row.report else {}
    return _row(row) | {
        "auto": row.auto, "ask": row.ask, "finished": row.finished,
        "merges": [{**each, "labels": _labels(each)} for each in report.get("merges", ())],
        "splits": [{**each, "label": label(each["member"])} for each in report.get("splits", ())],
        "largest": [{**each, "labels": _labels(each)} for each in report.get("largest", ())],
        "drift": report.get("drift", []), "bands": report.get("bands", []), "keys": report.get("keys", []),
        "linked": report.get("linked", {}), "votes": report.get("votes", 0), "anchors": report.get("anchors", []),
    }


def _row(row: Any) -> dict[str, Any]:
    found = {column.name: getattr(row, column.name) for column in _ROW}
    return found | {"id": str(row.id)}


def _labels(cluster: dict[str, Any]) -> list[str]:
    return [label(member) for member in cluster["members"]]
