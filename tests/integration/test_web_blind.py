"""Who was drawn by lot is shown blind wherever a counselor can look, until it is asked for or danger comes up."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from data_schemas.codes import Tier
from models.assessment import Floor
from models.triage import BY_CODE, QUEUES
from models.triage.queues import BESIDE, WEEK
from serving.store import NewEntry, record_entry
from serving.today import Entry, FollowUpList, follow_up_list
from serving.today.cells import cells
from serving.today.export import list_json
from serving.today.workbook import write_workbook
from tests import sample_school as school
from tests.factories import AS_OF, NOW, assessment, floor, present, publish, student, tell, word
from tests.new_stores import new_store
from tests.sample_pages import Sample, pages_over

LANGUAGES = ("zh", "en")
HIDDEN = (school.SECRET.zh, school.SECRET.en, "关注", "Watch", "watch", "PHQ", "phq9", "13", "◆", "一般", "未筛查")
HELD_IN = ("week", "contact", "retest", "not_screened")  # where the blind student of the sample is shown


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Sample]:
    store = new_store(tmp_path)
    school.whole_school(store)
    made = pages_over(store, tmp_path)
    made.enter()
    yield made
    store.close()


def list_of(pages: Sample) -> FollowUpList:
    return follow_up_list(pages.store, school.SCHOOL, NOW, True, pages.state.policy)


def lines_of(listed: FollowUpList) -> list[Entry]:
    """Every line of the blind student."""
    return [one for lines in listed.queues.values() for one in lines if one.student.student_id == school.BLIND]


def rows_of(html: str, student_id: str) -> list[str]:
    rows = re.findall(r'<li class="row.*?</details>.*?</li>', html, re.S)
    return [row for row in rows if f'class="id">{student_id}<' in row]


def said_in(text: str) -> list[str]:
    plain = unescape(text).replace(school.BLIND, "")
    return [hidden for hidden in HIDDEN if hidden in plain]


def test_the_sample_draws_whom_it_means_to(pages: Sample) -> None:
    lines = lines_of(list_of(pages))
    assert {one.queue for one in lines} == set(HELD_IN)
    assert all(one.blind for one in lines)


def test_what_a_queue_asks_for_is_due_all_the_same(pages: Sample) -> None:
    due = {one.queue: one.due for one in lines_of(list_of(pages))}
    assert {queue: one.what.zh for queue, one in due.items()} == {
        "week": "本周内访谈",
        "contact": "与学生或家长联系",
        "retest": "复测或当面询问",
        "not_screened": "本周内访谈",
    }
    assert {queue for queue, one in due.items() if one.by is not None} == {"contact", "retest"}


def test_a_queue_that_tells_the_tier_shows_nobody_blind(pages: Sample) -> None:
    said = present(pages.store, school.BLIND)
    assert BY_CODE["needs_person"].holds is not None
    assert BY_CODE["needs_person"].holds(said), "without the lot the student would stand there"
    shown = [one.student.student_id for one in list_of(pages).queue("needs_person")]
    assert shown == [school.NEAR]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_list_and_every_queue_hide_tier_reasons_and_totals(pages: Sample, lang: str) -> None:
    paths = {WEEK: "/"} | {queue.code: queue.path for queue in QUEUES if queue.band == BESIDE}
    for code in HELD_IN:
        for tier in ("", "&tier=watch", "&tier=priority"):
            (row,) = rows_of(pages.client.get(f"{paths[code]}?lang={lang}{tier}").text, school.BLIND)
            assert ("例行访谈" if lang == "zh" else "Routine interview") in row
            assert said_in(re.sub(r'href="[^"]*"|class="[a-z ]*columns[^"]*"', "", row)) == [], (code, tier)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_students_page_hides_them_and_says_so(pages: Sample, lang: str) -> None:
    html = pages.client.get(f"/students/{school.BLIND}?purpose=quality_audit&lang={lang}").text
    main = re.sub(r'name="(form_token|talk_id)" value="[^"]*"', "", html[html.index('<main id="content">') :])
    assert said_in(main) == []
    assert ("随机选取" if lang == "zh" else "chosen at random") in main
    assert [(row.object_id, row.purpose, row.detail) for row in pages.trail("student.read")] == [
        (school.BLIND, "quality_audit", "blind")
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_exports_and_json_hide_them(pages: Sample, lang: str, tmp_path: Path) -> None:
    listed = list_of(pages)
    file = tmp_path / "list.xlsx"
    write_workbook([listed], file, lang)
    rows = [[str(cell.value) for cell in row if cell.value] for row in load_workbook(file).worksheets[0].iter_rows()]
    mine = [" ".join(row) for row in rows if school.BLIND in row]
    assert len(mine) == len(HELD_IN)
    lines = [one for code in HELD_IN for one in listed.queue(code) if one.blind]
    mine += [" ".join(cells(one, lang)) for one in lines]
    told = list_json(listed)
    entries = [one for queue in told["queues"] for one in queue["entries"] if one["student_id"] == school.BLIND]
    assert len(entries) == len(HELD_IN)
    for one in entries:
        assert (one["tier"], one["tier_source"], one["why"], one["floors"]) == (None, None, None, [])
        assert one["assessment_id"] is None, "it leads to the reasons"
        assert (one["undecided"], one["suspended"], one["lacks"]) == (None, None, None)
    mine += [json.dumps(one | {"queue": None}, ensure_ascii=False) for one in entries]
    for said in mine:
        assert said_in(re.sub(r'"(?:since|by)": "[^"]*"', "", said)) == []


def test_looking_all_the_same_is_another_reading_that_is_recorded(pages: Sample) -> None:
    html = pages.client.get(f"/students/{school.BLIND}?lang=zh&purpose=quality_audit").text
    link = re.search(r'<a href="([^"]*reveal=1)"', html)
    assert link
    shown = pages.client.get(unescape(link[1])).text
    assert school.SECRET.zh in shown
    assert "关注" in shown
    (revealed,) = pages.trail("student.revealed")
    assert (revealed.actor, revealed.object_id, revealed.purpose) == ("wang", school.BLIND, "follow_up")
    assert len(pages.trail("student.read")) == 1
    pages.client.get(f"/students/{school.DANGER}?reveal=1")
    assert len(pages.trail("student.revealed")) == 1, "of nobody else there is anything to reveal"


def test_the_talk_ends_it(pages: Sample) -> None:
    tell(pages.store, word(school.BLIND, level=0, on=AS_OF, selection_reason="audit", saw_score=False))
    assert school.SECRET.zh in pages.client.get(f"/students/{school.BLIND}?lang=zh").text
    assert not any(one.blind for one in list_of(pages).queue("retest"))


@pytest.mark.parametrize(("found", "where"), [(floor("R11"), "immediate"), (floor("R20", Tier.WATCH), "week")])
def test_safety_evidence_ends_it_at_once(pages: Sample, found: Floor, where: str) -> None:
    """Of any tier, and another is drawn."""
    said = assessment(school.BLIND, found.tier, tier_source="floor", floors=(found,))
    at = NOW - timedelta(minutes=1)
    record_entry(pages.store, NewEntry("city", school.BLIND, school.SCHOOL, "junior", 7, {}, said, at, (found,)))
    listed = list_of(pages)
    mine = lines_of(listed)
    assert where in {one.queue for one in mine}
    assert not any(one.blind for one in mine)
    page = pages.client.get(f"/students/{school.BLIND}?purpose=quality_audit&lang=zh").text
    assert "待核查的证据" in page
    assert found.text.zh in page
    assert [row.detail for row in pages.trail("student.read")] == [None]
    assert [one.slot for one in listed.queue("week") if one.blind] == ["audit"]


def test_any_id_can_be_revealed(pages: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of an id with a slash or a question mark leads to its own."""
    odd = "S/8?x#y"
    publish(pages.store, [assessment(odd)], students=[student(odd, school.SCHOOL)], fingerprint="f2", at=NOW)
    monkeypatch.setattr("serving.student.service.blind_among", lambda *_: frozenset({odd}))
    html = pages.client.get(f"/students/{quote(odd, safe='')}").text
    link = re.search(r'<a href="([^"]*reveal=1)"', html)
    assert link
    assert pages.client.get(unescape(link[1])).status_code == 200
    assert [row.object_id for row in pages.trail("student.revealed")] == [odd]
