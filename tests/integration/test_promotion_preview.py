"""What a promotion would change, before it is done: the very lists that screening makes, in counts."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data_schemas.codes import Tier
from data_schemas.dataset import read_dataset, write_dataset
from models import read_policy
from models.triage import ZONE
from runxin.cli.main import run
from serving.screening import publish_screening
from serving.store import NewEntry, open_store, record_entry
from serving.today import follow_up_list
from tests.factories import assessment, floor, tell, word
from tests.learnable import INDEX_DATES, learnable
from tests.promotions import Desk

# MLflow's own tables use what SQLAlchemy is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")


def test_the_preview_shows_the_weeks_that_screening_makes(desk: Desk) -> None:
    """Held against the list itself, before and after, school by school; the two places that go by lot and to people's
    own concerns apart."""
    desk.settings.policy_file.write_text('[promotion]\npia_id = "PIA-2026-03"\n[list]\nweekly_slots = 4\n', "utf-8")
    dataset, policy = read_dataset(desk.data), read_policy(desk.settings.policy_file)
    day = INDEX_DATES[-1]  # sheets are new, and nobody has spoken with the students yet
    spoken = dataset.tables["outcomes"]
    known = spoken["recorded_on"].fillna(spoken["observed_on"]) <= pd.Timestamp(day)
    dataset = replace(dataset, tables={**dataset.tables, "outcomes": spoken[known]})
    said = desk.says("promote", "1", "--data", desk.data, "--as-of", day, "--ids", code=4)["preview"]
    desk.promotes()
    now, evening = datetime.now(UTC), datetime.combine(day, time(23, 59), ZONE)  # who is drawn by lot is of a week
    weeks = []
    for artifact in (None, desk.champion()):
        now += timedelta(minutes=1)
        with open_store(desk.settings) as store:
            publish_screening(store, dataset, day, artifact, policy, now)
            lists = [follow_up_list(store, school["school_id"], evening, False, policy) for school in said["schools"]]
        weeks.append(
            {one.school_id: {e.student.student_id for e in one.queue("week") if e.slot != "audit"} for one in lists}
        )
    before, after = weeks
    assert said["against"] is None
    assert said["all"]["entered"] > 0, "without a change there is nothing to compare"
    for school in said["schools"]:
        name = school["school_id"]
        assert school["before"] == len(before[name])
        assert school["after"] == len(after[name])
        assert said["ids"]["entered"][name] == sorted(after[name] - before[name])
        assert said["ids"]["left"][name] == sorted(before[name] - after[name])
        assert (school["entered"], school["left"]) == (len(after[name] - before[name]), len(before[name] - after[name]))


def test_the_preview_knows_what_came_in_by_other_doors(desk: Desk) -> None:
    """Two persons find danger, and a platform sends some: the preview counts both as the list does."""
    dataset, policy, day = read_dataset(desk.data), read_policy(desk.settings.policy_file), INDEX_DATES[-1]
    now = datetime.now(UTC)
    found, sent, *_ = sorted(dataset.students["student_id"])
    school = dict(zip(dataset.students["student_id"], dataset.students["school_id"], strict=True))
    asked = ("promote", "1", "--data", desk.data, "--as-of", day)
    before = desk.says(*asked, code=4)["preview"]["tiers"]["before"]
    with open_store(desk.settings) as store:
        publish_screening(store, dataset, day, None, policy, now)
        tell(store, word(found, level=3, on=now.date(), second_interviewer="staff-2"), at=now, school=school[found])
        raised = assessment(sent, Tier.CRISIS, tier_source="floor", floors=(floor(),))
        record_entry(store, NewEntry("city", sent, school[sent], "junior", 7, {}, raised, now, (floor(),)))
        listed = [follow_up_list(store, one, now, False, policy) for one in sorted(set(school.values()))]
    after = desk.says(*asked, code=4)["preview"]["tiers"]["before"]
    assert after["crisis"] == sum(one.tier_counts["crisis"] for one in listed)
    assert after["crisis"] >= before["crisis"] + 1


def test_a_preview_counts_and_names_nobody(desk: Desk) -> None:
    said = desk.says("promote", "1", "--data", desk.data, code=4)
    assert "S-0" not in json.dumps(said)
    preview = said["preview"]
    for name in ("students", "before", "after", "entered", "left"):
        assert sum(school[name] for school in preview["schools"]) == preview["all"][name]
        assert sum(of[name] for of in preview["groups"]["sex"].values()) == preview["all"][name]
    assert sum(preview["tiers"]["after"].values()) == preview["all"]["students"]
    assert run(["promote", "1", "--data", str(desk.data)]) == 4
    words = desk.capsys.readouterr().err
    assert "school-00: 25 students" in words
    assert "S-0" not in words
    assert run(["promote", "1", "--data", str(desk.data), "--as-of", str(INDEX_DATES[-1]), "--ids"]) == 4
    assert "S-0" in desk.capsys.readouterr().err


def test_small_groups_are_not_shown(desk: Desk, tmp_path: Path) -> None:
    """Of 9 boarders nothing is said, nor of the others, from whom it could be worked out."""
    dataset = read_dataset(desk.data)
    students = dataset.tables["students"]
    students["boarding"] = [place < 9 for place in range(len(students))]
    write_dataset(dataset, tmp_path / "few")
    preview = desk.says("promote", "1", "--data", tmp_path / "few", code=4)["preview"]
    assert "boarding" not in preview["groups"]
    assert "sex" in preview["groups"]
    assert all("boarding" not in school["groups"] for school in preview["schools"][:9])


def test_students_of_another_origin_are_no_preview(desk: Desk, tmp_path: Path) -> None:
    write_dataset(learnable(60), tmp_path / "synthetic")
    said = desk.says("promote", "1", "--data", tmp_path / "synthetic", code=4)
    assert said["error"]["message"] == "a local model may not rank the synthetic students of this dataset"
