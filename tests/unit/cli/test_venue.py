from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from tests.flow.mall import build

from datong.cli import main


def command(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["venue", words[0], "--config", str(config), *words[1:]])


def plan(folder: Path, name: str, *zones: tuple[str, float, float, float, float]) -> Path:
    features: list[dict[str, Any]] = [
        {"type": "Feature", "properties": {"kind": "zone", "code": code}, "geometry": {
            "type": "Polygon", "coordinates": [[[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]]}}
        for code, x, y, w, h in zones]
    file = folder / name
    file.write_text(json.dumps({"type": "FeatureCollection", "units": "metres", "code": name.split(".")[0],
                                "features": features}), "utf-8")
    return file


def test_plans_go_in_and_come_out_again(tmp_path: Path) -> None:
    config = build(tmp_path)
    ground = plan(tmp_path, "g.geojson", ("hall", 0, 0, 20, 10), ("shoes", 19.9, 0, 10, 10))
    first = plan(tmp_path, "f1.geojson", ("hall", 0, 0, 20, 10))
    tried = command(config, "import", str(ground), "--venue", "outlet", "--dry-run")
    assert (tried.exit_code, "g.geojson: floor g, 2 zones, 0 sensors, read as metres" in tried.output) == (0, True)
    done = command(config, "import", str(ground), str(first), "--venue", "outlet", "--city", "Suzhou")
    assert done.exit_code == 0, done.output
    assert "outlet is at version 1." in done.output
    assert "remark: 1 zones have codes of other floors: they got f1- in front" in done.output
    assert "outlet" in command(config, "list").output
    written = command(config, "export", "outlet", "--to", str(tmp_path / "out"))
    assert [Path(line).name for line in written.output.split()] == ["outlet-f1.geojson", "outlet-g.geojson"]
    again = command(config, "import", str(tmp_path / "out" / "outlet-g.geojson"), "--venue", "outlet")
    assert "outlet is at version 2." in again.output


def test_a_bad_plan_changes_nothing_and_says_why(tmp_path: Path) -> None:
    config = build(tmp_path)
    bad = plan(tmp_path, "g.geojson", ("hall", 0, 0, 20, 10), ("shoes", 5, 0, 20, 10))
    done = command(config, "import", str(bad), "--venue", "outlet")
    assert done.exit_code == 1
    assert "wrong: venue outlet, floor g: zones hall and shoes overlap by 150.0 m²" in done.output
    assert "outlet" not in command(config, "list").output
    unknown = command(config, "export", "attic")
    assert unknown.exit_code == 1
    assert "there is no venue 'attic'" in unknown.output


def test_stores_are_told_line_by_line(tmp_path: Path) -> None:
    config = build(tmp_path)
    file = tmp_path / "stores.csv"
    file.write_text("code,name,city,lat,lon\nQ1,One,Suzhou,31.3,120.6\nQ2,Two,Suzhou,120.6,31.3\n", "utf-8")
    done = command(config, "stores", str(file))
    assert done.exit_code == 0, done.output
    assert "2 lines: 1 new or changed, 0 known, 1 in quarantine" in done.output
    assert "lat 120.6 is beyond 90" in done.output
    assert "0 new or changed, 1 known, 1 in quarantine" in command(config, "stores", str(file)).output
