"""报表: what each role is told, that nobody is named, and that page, print and Excel say the same."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from data_schemas.codes import Tier
from data_schemas.schools import SchoolRow
from serving.accounts import create_user
from serving.duties.service import view_of
from serving.reports import service
from serving.store import keep_schools
from tests.desk import Desk, colleague
from tests.factories import AS_OF, NOW, assessment, floor, publish, student, tell, word
from tests.http_client import Client
from tests.new_stores import new_store

SCHOOL, OTHER = "school-01", "school-02"
IDS = [f"S-{n:02}" for n in range(24)]
HERE, THERE = IDS[:20], IDS[20:]
SHEET = floor("R01", Tier.PRIORITY, evidence_on=AS_OF)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """20 students at one school, of whom 3 have evidence and one has been spoken with; 4 at another."""
    home: Path = tmp_path_factory.mktemp("reports")
    store = new_store(home)
    said = [assessment(one, Tier.PRIORITY, tier_source="floor", floors=(SHEET,)) for one in IDS[:3]]
    said += [assessment(one, Tier.WATCH if n % 2 else Tier.ROUTINE) for n, one in enumerate(IDS[3:])]
    people = [student(one, SCHOOL if one in HERE else OTHER) for one in IDS]
    before, on, at = (
        [assessment(one, Tier.ROUTINE) for one in IDS],
        AS_OF - timedelta(days=60),
        NOW - timedelta(days=60),
    )
    publish(store, before, students=people, as_of=on, at=at, fingerprint="first")
    publish(store, said, students=people)
    tell(store, word("S-00", 2, AS_OF, assessed=(SHEET.evidence,)))
    desk = Desk(store, home)
    colleague(desk, "ren", "principal")
    colleague(desk, "shi", "bureau", ())
    create_user(store, "li", "counselor", [OTHER], NOW)
    keep_schools(store, [SchoolRow(SCHOOL, "县一中", "A", ("junior",), 4, 1, True)], "cli", NOW)
    return desk


def seen_by(desk: Desk, who: str, query: str = "") -> str:
    client = Client(desk.pages.client.app)
    desk.pages.enter(who, client)
    answer = client.get(f"/reports{query}")
    assert answer.status_code == 200
    return unescape(answer.text)


def lines_of(html: str) -> dict[str, str]:
    """By label, what a line says."""
    found = {}
    for line in re.findall(r'<tr><th scope="row">(.*?)</tr>', html, re.S):
        words = [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", part)).strip() for part in re.split(r"</th>|</td>", line)]
        found.setdefault(words[0], " ".join(words[1:]).strip())
    return found


def test_a_counselor_is_told_exactly_and_a_principal_about_and_nobody_is_named(desk: Desk) -> None:
    mine, heads = seen_by(desk, "wang", "?kind=week"), seen_by(desk, "ren", "?kind=week")
    told = lines_of(mine)
    assert told["在册学生"] == "20 –"
    assert told["有报告或证据的学生"] == "3 –"
    assert told["已核查"].startswith("1 33%")
    assert told["还没有人跟进"].startswith("2 67%")
    assert "尚未过半" in told["收到到首次有人行动（中位数）"]
    about = lines_of(heads)
    assert about["在册学生"] == "约 20 –"
    assert about["有报告或证据的学生"] == "少于 10 –"
    assert about["已核查"] == "不显示 –"
    assert "小于 10 的数" in heads
    for html in (mine, heads, seen_by(desk, "shi", "?kind=half")):
        assert not re.search(r"S-\d\d", html), "no report names anybody"


def test_the_bureau_sees_schools_and_no_small_one_can_be_worked_out(desk: Desk) -> None:
    html = seen_by(desk, "shi", "?kind=term")
    told = lines_of(html)
    assert told["县一中"].startswith("不显示 不显示"), "the other has four students, and the sum stands above"
    assert told["“双证”心理教师"].startswith("1 25%")
    assert told["有心理辅导室的学校"].startswith("1 100%")
    assert told["已筛查"].startswith("约 25 100%")
    assert (told["预约（次）"], told["预约后已到"]) == ("少于 5 –", "少于 5 –")


def test_duties_are_the_same_tasks_as_on_their_own_page(desk: Desk) -> None:
    state = desk.pages.state
    counts = view_of(state.store, SCHOOL, state.policy, state.calendars, NOW).counts
    visit = next(one for one in counts if one.rule.id == "D05")
    told = lines_of(seen_by(desk, "wang", "?kind=half"))
    assert visit.asked == 20
    assert told["起始年级入户家访 D05"] == "0 0% 共 20"


def test_a_report_of_an_earlier_time_says_nothing_of_now(desk: Desk) -> None:
    html = seen_by(desk, "wang", f"?kind=month&of={AS_OF - timedelta(days=40)}")
    assert "现在的情况" not in html
    assert "下一期 2026-11" in html
    assert "2026-W" in seen_by(desk, "wang", "?kind=nothing&of=yesterday"), "of another form the weekly one of today"
    assert seen_by(desk, "wang", "?kind=month&of=0001-01-01").count("上一期") == 0
    assert "Reports" in seen_by(desk, "wang", "?lang=en")


def test_paper_and_excel_say_what_the_page_says_and_leave_a_trail(desk: Desk) -> None:
    client = Client(desk.pages.client.app)
    desk.pages.enter("ren", client)
    printed = unescape(client.get("/export/reports?kind=week").text)
    book = load_workbook(BytesIO(client.get("/export/reports?kind=week&as=xlsx").content))
    rows = [[str(cell or "") for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    told = lines_of(unescape(client.get("/reports?kind=week").text))
    assert any(row[0] == "在册学生" and told["在册学生"].startswith(row[1]) for row in rows)
    assert ["会议决定", "由谁、何时前"] in [row[4:6] for row in rows]
    assert "约 20" in printed
    assert "小于 10 的数不显示" in printed
    assert "打印件含学生信息" not in printed, "nobody can be known by it"
    trail = desk.pages.trail("report.exported")
    assert {one.detail.split()[0] for one in trail if one.detail} == {"print", "xlsx"}
    assert {one.object_id for one in desk.pages.trail("report.read") if one.actor == "ren"} == {SCHOOL}


def test_part_of_a_city_is_told_to_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "SECONDS", -1)
    client = Client(desk.pages.client.app)
    desk.pages.enter("shi", client)
    html = unescape(client.get("/reports?kind=month").text)
    assert "2 所学校中已完成 0 所" in html
    assert "在册学生" not in html
    assert client.get("/export/reports?kind=month").status_code == 503
    monkeypatch.undo()
    assert "在册学生" in client.get("/reports?kind=month").text
    monkeypatch.setattr(service, "SECONDS", -1)
    assert "在册学生" in client.get("/reports?kind=month").text, "what was counted is kept for the day"


def test_nobody_is_told_of_another_school(desk: Desk) -> None:
    client = Client(desk.pages.client.app)
    desk.pages.enter("li", client)
    assert client.get(f"/reports?school={SCHOOL}").status_code == 403
    assert client.get("/reports").status_code == 200
    desk.pages.enter("shi", client)
    assert client.get("/").headers["location"] == "/reports", "it is the page that they have"
