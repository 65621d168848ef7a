from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result
from tests.flow.mall import build
from tests.unit.places.test_survey import plan_text, survey_text

from datong.cli import main


def command(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [words[0], "--config", str(config), *words[1:]], env={"COLUMNS": "150"})


def test_a_survey_is_taken_in_and_its_accuracy_told_again_by_doctor(tmp_path: Path) -> None:
    config, file = build(tmp_path), tmp_path / "survey.csv"
    (tmp_path / "venue.yaml").write_text(plan_text(), "utf-8")
    file.write_text(survey_text(2), "utf-8")
    done = command(config, "survey", str(file), "--venue", "mall")
    assert done.exit_code == 0, done.output
    assert "located by" in done.output
    assert [line.split()[0] for line in done.output.splitlines() if "100.0%" in line] == ["all", "g", "1"]
    assert "ok   venue mall is surveyed: " in command(config, "doctor").output
    for model in (tmp_path / "data" / "surveys").iterdir():
        model.unlink()
    assert "its model is lost: datong survey FILE --venue mall" in command(config, "doctor").output


def test_a_thin_survey_says_so_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    config, file = build(tmp_path), tmp_path / "survey.csv"
    (tmp_path / "venue.yaml").write_text(plan_text(), "utf-8")
    file.write_text(survey_text(1), "utf-8")
    assert "all scans are of one walk" in command(config, "survey", str(file), "--venue", "mall").output
    refused = command(config, "survey", str(file), "--venue", "nowhere")
    assert refused.exit_code == 1
    assert "there is no venue 'nowhere'" in refused.output
    assert "cannot be read" in command(config, "survey", str(tmp_path / "none.csv"), "--venue", "mall").output
