"""Staff in a file: their phones are nobody's visit, whoever leaves the file comes back into the counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.flow.mall import MAC, Mall, build

import datong
from datong.errors import ConfigError
from datong.places import employees, staff_devices

CSV = "工号,姓名,门店,岗位,设备\n0017,Chen Yu,mall,店长,{mac}; 3C:22:FB:10:20:31\n0018,Wu Fang,,,\n"


def listed(mall: Mall) -> list[tuple[str, str, bool]]:
    with mall.store.state.read() as tx:
        people = employees(mall.store.settings, mall.platform.vault)
        return sorted((people[d.ident].number if d.ident in people else "", d.place, d.until is None)
                      for d in staff_devices(tx))


@pytest.mark.parametrize("kind", ["csv", "yaml", "toml"])
def test_the_file_says_whose_phones_are_left_out(tmp_path: Path, kind: str) -> None:
    target = build(tmp_path, more="")
    target.write_text(target.read_text().replace("[places]\n", f'[places]\nstaff = "staff.{kind}"\n'), "utf-8")
    people: list[dict[str, Any]] = [
        {"number": "0017", "name": "Chen Yu", "store": "mall", "role": "店长", "devices": [MAC, "3C:22:FB:10:20:31"]},
        {"number": "0018", "name": "Wu Fang"}]
    rows = "".join("[[staff]]\n" + "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in one.items())
                   for one in people)
    text = {"csv": CSV.format(mac=MAC), "yaml": json.dumps({"staff": people}), "toml": rows}[kind]
    file = tmp_path / f"staff.{kind}"
    file.write_text(text, "utf-8")
    seen = []
    for step in (text, text, "number,name\n" if kind == "csv" else "", text):
        file.write_text(step, "utf-8")
        with datong.open(str(target)) as platform:
            mall = Mall(platform)
            mall.drain()
            seen.append(listed(mall))
            if step and len(seen) == 1:
                mall.stay_among_shoes()
                assert mall.events("Venue Entered") == []
            mall.clock.at += 60_000
            assert b"Chen Yu" not in b"".join(e.body for e in mall.store.log.read(0, 1_000))
            told = len(mall.events("Staff Registered"))
    two = [("0017", "mall", True)] * 2
    assert seen == [two, two, [("", "mall", False)] * 2, two]
    assert told == 6


def test_what_is_wrong_in_the_file_is_told(tmp_path: Path) -> None:
    target = build(tmp_path)
    target.write_text(target.read_text().replace("[places]\n", '[places]\nstaff = "staff.csv"\n'), "utf-8")
    for text, told in (("number,device\n1,nonsense\n", "staff 1: a device is of no use"),
                       ("number\n1\n1\n", "there twice"), ("number,shoe\n1,40\n", "shoe"),
                       ("number,since,device\n1,soon,3C:22:FB:10:20:31\n", "no date")):
        (tmp_path / "staff.csv").write_text(text, "utf-8")
        with pytest.raises(ConfigError, match=told), datong.open(str(target)):
            pass
