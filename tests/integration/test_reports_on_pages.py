"""A report on a page answers at once on the list, the page and the API; it can be taken back, and stays visible."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data_schemas.codes import Tier
from serving.store import Store, facts_of
from serving.store.case_tables import concern_reports
from serving.store.concern_reports import reports_of
from serving.store.tables import entries, evidence
from serving.today.build import follow_up_list
from tests.desk import Desk, colleague, rows, small_school
from tests.factories import AS_OF, NOW, present
from tests.new_stores import new_store
from tests.sample_pages import SCHOOLS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        small_school(opened)
        yield opened


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def report(desk: Desk, student_id: str = "S-2", **fields: Any) -> Any:
    page = desk.client.get(f"/concerns?student={student_id}").text
    token = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
    assert token is not None, page
    filled = {"kind": "suicide_intent", "source": "peer", "reported_on": AS_OF.isoformat(), "note": "同学转述"}
    return desk.send({"form_token": token[1], "student_id": student_id} | filled | fields, "/concerns")


def undo(desk: Desk, report_id: str) -> Any:
    token = re.search(r'name="form_token" value="([0-9a-f]{64})"', desk.page("S-2"))
    assert token is not None
    return desk.send({"form_token": token[1], "report_id": report_id}, "/concerns/undo")


def test_a_report_of_danger_answers_everywhere_at_once(desk: Desk, store: Store) -> None:
    assert report(desk).status_code == 303
    (kept,) = rows(store, concern_reports)
    assert (kept["kind"], kept["source"], kept["recorded_by"]) == ("suicide_intent", "peer", "wang")
    assert "同学转述" not in kept["note"], "a note is encrypted"
    assert [one.note for one in reports_of(store, "S-2")] == ["同学转述"]
    now = present(store, "S-2")
    assert (now.tier, now.danger, now.open[0].piece.floor.id) == (Tier.CRISIS, True, "R11")
    assert (now.open[0].piece.door, now.open[0].piece.received_at) == ("page", NOW)
    assert now.clock is not None
    page = desk.page("S-2")
    assert "表达轻生意愿" in page
    assert "同学转述" in page
    assert "核查完成之前，不让学生独处" in page
    listed = follow_up_list(store, SCHOOLS[0], NOW, True, desk.pages.state.policy)
    assert "S-2" in [line.student.student_id for line in listed.queue("immediate")]
    assert "表达轻生意愿" in desk.client.get("/").text
    (event,) = desk.pages.trail("report.recorded")
    assert (event.actor, event.object_id) == ("wang", "S-2")


@pytest.mark.parametrize(
    ("kind", "rule", "tier"),
    [("medical_evaluation", "R15", Tier.PRIORITY), ("peer_suicide", "R18", Tier.WATCH), ("manual", "R20", Tier.WATCH)],
)
def test_each_kind_opens_the_floor_of_its_rule(desk: Desk, store: Store, kind: str, rule: str, tier: Tier) -> None:
    report(desk, kind=kind)
    (floor,) = (one.piece.floor for one in present(store, "S-2").open)
    assert (floor.id, floor.tier) == (rule, tier)


def test_a_report_without_a_rule_waits_with_the_leads_and_gives_an_errand(desk: Desk, store: Store) -> None:
    report(desk, kind="school_aversion")
    now = present(store, "S-2")
    assert [one.piece.floor.text.zh for one in now.leads] == [f"学业挫败厌学（同学，{AS_OF}）"]
    assert [task.kind for task in now.tasks] == ["visit"]


def test_where_harm_at_home_is_reported_too_guardians_are_not_told_first(desk: Desk, store: Store) -> None:
    report(desk, kind="abuse_suspected")
    report(desk, kind="medical_evaluation")
    (said,) = (one.piece.floor.text.zh for one in present(store, "S-2").open if one.piece.floor.id == "R15")
    assert "先按强制报告程序处理" in said
    assert "请当即告知监护人" not in said


def test_it_can_be_taken_back_for_minutes_and_both_stay_visible(desk: Desk, store: Store) -> None:
    report(desk)
    (kept,) = rows(store, concern_reports)
    assert "撤回" in desk.page("S-2")
    assert undo(desk, kept["report_id"]).status_code == 303
    now = present(store, "S-2")
    assert (now.open, now.tier) == ((), Tier.PRIORITY)
    page = desk.page("S-2")
    assert re.search(r"<s>[^<]*表达轻生意愿[^<]*</s>", page)
    assert "由 wang 撤回" in page
    assert len(rows(store, evidence)) > 0
    undo(desk, kept["report_id"])
    assert len(rows(store, concern_reports)) == 2, "once is enough"
    report(desk)
    assert present(store, "S-2").tier is Tier.CRISIS, "reported anew it is evidence anew"


def test_what_was_taken_back_speaks_of_nothing_else(desk: Desk, store: Store) -> None:
    report(desk, kind="abuse_suspected")
    (kept,) = rows(store, concern_reports)
    undo(desk, kept["report_id"])
    report(desk, kind="medical_evaluation")
    (said,) = (one.piece.floor.text.zh for one in present(store, "S-2").open if one.piece.floor.id == "R15")
    assert "请当即告知监护人" in said


def test_the_same_report_of_a_second_window_is_evidence_of_its_own(desk: Desk, store: Store) -> None:
    report(desk)
    report(desk)
    first, _ = rows(store, concern_reports)
    undo(desk, first["report_id"])
    assert present(store, "S-2").tier is Tier.CRISIS, "what another reported stands"


def test_nobody_takes_back_anothers_report_or_an_old_one(desk: Desk, store: Store) -> None:
    report(desk)
    (kept,) = rows(store, concern_reports)
    other = colleague(desk, "li")
    assert undo(other, kept["report_id"]).status_code == 403
    desk.now = NOW + timedelta(minutes=desk.pages.state.policy.casework.undo_minutes + 1)
    assert undo(desk, kept["report_id"]).status_code == 403
    assert present(store, "S-2").tier is Tier.CRISIS


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "sleep_short"}, "请选择是什么事"),
        ({"kind": "nothing"}, "请选择是什么事"),
        ({"source": ""}, "请选择是谁说的"),
        ({"reported_on": (AS_OF + timedelta(days=1)).isoformat()}, "日期须在最近 30 天以内"),
        ({"reported_on": (AS_OF - timedelta(days=31)).isoformat()}, "日期须在最近 30 天以内"),
        ({"reported_on": "soon"}, "日期须在最近 30 天以内"),
        ({"note": "字" * 501}, "补充最多 500 字"),
    ],
)
def test_what_does_not_fit_comes_back_as_it_was_typed(
    desk: Desk, store: Store, fields: dict[str, str], said: str
) -> None:
    answer = report(desk, **{"note": "看到伤口"} | fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert fields.get("note", "看到伤口") in answer.text
    assert (rows(store, concern_reports), rows(store, entries)) == ([], [])


def test_a_student_of_another_school_is_refused_like_nobody(desk: Desk, store: Store) -> None:
    assert desk.client.get("/concerns?student=S-4").status_code == 403
    assert desk.client.get("/concerns?student=S-none").status_code == 403
    fields = {"student_id": "S-4", "kind": "manual", "source": "peer"}
    assert report(desk, **fields).status_code == 403
    assert rows(store, concern_reports) == []


def test_a_student_is_found_from_the_header(desk: Desk) -> None:
    assert 'href="/concerns"' in desk.client.get("/").text
    found = desk.client.get("/concerns?q=S-2").text
    assert "/concerns?student=S-2" in found
    assert "没有找到" in desk.client.get("/concerns?q=S-4").text


def test_facts_follow_the_report(desk: Desk, store: Store) -> None:
    report(desk)
    facts = facts_of(store, ["S-2"], AS_OF)["S-2"]
    assert facts.model_tier is Tier.PRIORITY, "a report says nothing of the model's tier"
