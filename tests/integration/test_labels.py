"""Labels come from structured outcomes alone, dated, and say what they lack."""

import ast
import csv
import json
import re
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from data_schemas.codes import Tier
from runxin.cli.main import run
from runxin.errors import UserError
from runxin.settings import read_settings
from serving.labels import read_labels
from serving.store import NewOutcome, Outcome, Store, audit_rows, open_store, record_outcomes
from tests.factories import assessment, publish, student

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
ROWS = (
    Outcome("S-1", date(2026, 10, 5), "interview", 2, "ranked", 0.5, date(2026, 10, 9), "I-1", None, True),
    Outcome("S-2", date(2026, 10, 6), "interview", 0, "audit", 0.02, date(2026, 10, 9), "I-1", None, True),
    Outcome("S-2", date(2026, 11, 2), "referral", 2, None, None, date(2026, 11, 3)),
    Outcome("S-3", date(2026, 11, 3), "interview", 1, "concern", None, date(2026, 11, 4), "I-2", None, False),
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Four students of a list, three of whom somebody has looked at."""
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path))
    opened = open_store(read_settings())
    students = [f"S-{n}" for n in range(1, 5)]
    publish(opened, [assessment(one) for one in students], students=[student(one, "A") for one in students])
    record_outcomes(opened, "city", [NewOutcome(row, row, "A") for row in ROWS], AT)
    return opened


def test_each_row_is_dated_and_says_what_it_lacks(store: Store) -> None:
    found = read_labels(store, AT, "cli", "yearly look")
    assert [one.outcome for one in found.labels] == list(ROWS)
    assert [one.cannot_weigh for one in found.labels] == [None, None, "stream", "probability"]
    assert found.unweighable == {"stream": 1, "probability": 1}
    assert found.not_blind == 1, "a routine interview by somebody who had seen the score"
    assert (found.students, found.unlabelled) == (4, 1)
    october = read_labels(store, AT, "cli", "yearly look", date(2026, 10, 1), date(2026, 10, 31))
    assert (len(october.labels), october.unlabelled) == (2, 2)
    assert read_labels(store, AT, "cli", "look", school_id="B").labels == ()


def test_reading_them_leaves_its_reason_in_the_trail(store: Store) -> None:
    read_labels(store, AT, "cli", " yearly look ", school_id="A")
    event = audit_rows(store, 1)[0]
    assert (event.action, event.purpose, event.object_id, event.detail) == (
        "labels.read",
        "model_training",
        "A",
        "yearly look",
    )
    for none in ("", "  ", "x" * 201, "two\nlines"):
        with pytest.raises(UserError, match="reason"):
            read_labels(store, AT, "cli", none)
    assert audit_rows(store, 1)[0] == event, "nothing was read"


def test_the_verb_shows_a_table_rows_and_what_is_no_label(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "labels.csv"
    assert run(["labels", "--reason", "look", "--from", "2026-10-01", "--csv", str(file)]) == 0
    text = capsys.readouterr().out
    assert "4 labels" in text
    assert re.search(r"结构化访谈 interview +例行访谈 audit +1 +0 +0 +0 +1", text)
    assert "of 4 students without one then 1: unlabelled, not negative" in text
    assert "1 cannot be weighed: no selection probability is on record" in text
    assert "1 routine interviews were not blind" in text
    assert "agree or disagree is feedback on an explanation, no label" in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    assert [row["student_id"] for row in rows] == ["S-1", "S-2", "S-2", "S-3"]
    assert (rows[0]["observed_on"], rows[0]["recorded_on"], rows[0]["saw_score"]) == (
        "2026-10-05",
        "2026-10-09",
        "true",
    )
    assert run(["labels", "--reason", "look", "--csv", str(file), "--json"]) == 2
    assert "is there already" in json.loads(capsys.readouterr().out)["error"]["message"]
    assert run(["labels", "--reason", "look", "--from", "2026-10-02", "--to", "2026-10-01"]) == 2
    assert run(["labels"]) == 2, "a reason is asked for"


def test_the_verb_in_json(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["labels", "--reason", "look", "--to", "2026-10-31", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [label["stream"] for label in said["labels"]] == ["ranked", "audit"]
    assert {"kind": "interview", "stream": "ranked", "level": 2, "n": 1} in said["summary"]
    assert (said["unlabelled"], said["cannot_weigh"]) == (2, {"stream": 0, "probability": 0})
    assert {"zh", "en"} == set(said["not_labels"][0])


def test_what_a_model_said_makes_no_label(store: Store) -> None:
    """Whatever tiers are published, there are as many labels as persons' outcomes."""
    before = read_labels(store, AT, "cli", "look").labels
    graver = [assessment(f"S-{n}", Tier.CRISIS, margin=3.0, confirmed=True) for n in range(1, 5)]
    publish(store, graver, fingerprint="another")
    assert read_labels(store, AT, "cli", "look").labels == before


def test_labels_and_extracts_read_outcomes_and_no_assessment() -> None:
    """No code path leads from an assessment to a label: these modules never open what was assessed, and three places
    only write the table of outcomes."""
    serving = ROOT / "serving"
    reading = [
        *(serving / "labels").glob("*.py"),
        *(serving / "extract").glob("*.py"),
        serving / "store" / "outcomes.py",
    ]
    assert len(reading) > 8
    for file in reading:
        imports = [n for n in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(n, ast.ImportFrom)]
        named = {name.name for one in imports for name in one.names}
        assert not named & {"assessments", "unpack_assessment", "Assessment", "assess", "facts_of", "history_of"}, file
        assert not {one.module for one in imports} & {"models.assessment", "models.assess", "models.tiers"}, file
    writing = re.compile(r"\bkeep_outcomes\(|\boutcomes(_table)?\.(insert|update)\(")
    files = [
        file for file in serving.rglob("*.py") if file.parent.name != "versions"
    ]  # a migration moves what was said
    found = {file.name: file.read_text("utf-8") for file in files if writing.search(file.read_text("utf-8"))}
    assert set(found) == {"outcomes.py", "publish.py", "store.py"}, "the store's door, screenings, records on pages"
