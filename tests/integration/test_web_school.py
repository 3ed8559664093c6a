"""A school with somebody in every queue, as its counselor sees it: every page, in both languages."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest

from models.triage import BY_CODE, QUEUES
from models.triage.queues import BESIDE, TODAY
from serving.platform.words import pick
from serving.store import Filing, unassigned_among
from serving.store.publish import RunFacts
from serving.today import FollowUpList, follow_up_list
from tests import sample_school as school
from tests.factories import NOW, assessment, floor, publish
from tests.new_stores import new_store
from tests.sample_pages import Sample, pages_over

LANGUAGES = ("zh", "en")
ON_PAGES = [queue.code for queue in QUEUES if queue.band == BESIDE]
ON_LIST = [queue.code for queue in QUEUES if queue.band != BESIDE]
RULE_ID = re.compile(r"\bR\d\d\b|\b[a-z0-9]+-total-\d+|two_instruments|leave_(?:long|frequent|return)\b")
Open = Callable[..., str]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    home: Path = tmp_path_factory.mktemp("school")
    store = new_store(home)
    school.whole_school(store)
    made = pages_over(store, home)
    made.enter()
    yield made
    store.close()


@pytest.fixture(scope="module")
def listed(pages: Sample) -> FollowUpList:
    return follow_up_list(pages.store, school.SCHOOL, NOW, True, pages.state.policy)


@pytest.fixture
def opened(pages: Sample) -> Open:
    def open_page(path: str, lang: str = "zh") -> str:
        response = pages.client.get(path + ("&" if "?" in path else "?") + f"lang={lang}")
        assert response.status_code == 200, path
        return response.text

    return open_page


def text_of(html: str) -> str:
    """What can be read, a space between any two tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def row_of(html: str, student_id: str) -> str:
    """The line of one student, with what it shows when it is opened."""
    rows = re.findall(r'<li class="row.*?</details>.*?</li>', html, re.S)
    (found,) = [row for row in rows if f'class="id">{student_id}<' in row]
    return text_of(found)


def student(student_id: str, query: str = "") -> str:
    return f"/students/{student_id}{query}"


def test_somebody_stands_in_every_queue(listed: FollowUpList) -> None:
    assert [code for code, lines in listed.queues.items() if not lines] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", ON_LIST)
def test_every_queue_of_the_list_has_its_band_there(code: str, lang: str, opened: Open, listed: FollowUpList) -> None:
    html = opened("/?all=1&handled=1", lang)
    shown = set(re.findall(r'class="id">([^<]+)<', html))
    assert {one.student.student_id for one in listed.queue(code)} <= shown
    title = pick(BY_CODE[code].title, lang)
    if BY_CODE[code].band == TODAY:
        heading = re.search(rf'<h2 id="{code}">(.*?)</h2>', html, re.S)
        assert heading
        assert text_of(heading[1]).strip().startswith(title)
    else:
        assert title in text_of(html) or f'aria-label="{title}"' in html


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", ON_PAGES)
def test_every_queue_beside_it_has_a_page_and_is_counted_in_one_place(
    code: str, lang: str, opened: Open, listed: FollowUpList
) -> None:
    queue = BY_CODE[code]
    html = opened(queue.path, lang)
    words = text_of(html)
    assert pick(queue.about, lang) in words
    shown = re.findall(r'class="id">([^<]+)<', html)
    assert shown == [one.student.student_id for one in listed.queue(code)]
    everyone = sum(1 + len(one.others) for one in listed.queue(code))
    heading = re.search(r"<h1>(.*?)</h1>", html, re.S)
    assert heading
    assert re.findall(r"\d+", text_of(heading[1])) == [str(everyone)]
    link = re.search(rf'href="{queue.path}"[^>]*>(.*?)</a>', opened("/to-complete", lang), re.S)
    assert link
    assert text_of(link[1]).split() == [*pick(queue.title, lang).split(), str(everyone)]
    assert "First" not in words, "nothing is cut"
    assert "显示前" not in words


def everywhere(listed: FollowUpList) -> list[str]:
    people = {one.student.student_id for lines in listed.queues.values() for one in lines}
    people |= {other for lines in listed.queues.values() for one in lines for other in one.others}
    students = [student(one) for one in sorted(people)] + [student(school.SETTLED), student(school.BLIND, "?reveal=1")]
    return ["/?all=1", *(BY_CODE[code].path for code in ON_PAGES), *students]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_names_a_rule_by_its_id(lang: str, opened: Open, listed: FollowUpList) -> None:
    assert RULE_ID.search(f"{floor().id} phq9-total-15"), "the pattern knows what it looks for"
    for path in everywhere(listed):
        assert RULE_ID.findall(text_of(opened(path, lang))) == [], path


def test_what_is_lacking_to_close_evidence_is_said_on_list_and_page(opened: Open) -> None:
    for lang, said in (("zh", "已有一人评估，还需第二人"), ("en", "assessed by one, a second person is needed")):
        assert said in row_of(opened("/", lang), school.ONE_PERSON)
        assert said in text_of(opened(student(school.ONE_PERSON), lang))
        assert said not in row_of(opened("/", lang), school.DANGER)


def test_the_strictest_clock_is_shown_with_its_start_and_its_cause(opened: Open) -> None:
    row = row_of(opened("/identity"), school.SENT)
    for said in ("30 分钟内响应", "11月20日 10:18 前", "11月20日 09:48 起等待", "依据：PHQ-9 第9题 = 2"):
        assert said in row, said
    page = text_of(opened(student(school.DANGER)))
    card = page[: page.index("筛查结果不是诊断")]
    assert card.index("30 分钟内响应") < card.index("其他时限") < card.index("2 个上学日内访谈")
    assert "11月19日 08:00 起等待" in card
    assert "已逾期" in card


@pytest.mark.parametrize(("student_id", "alone"), [
    (school.DANGER, True), (school.PROTECTED, True), (school.SENT, True), (school.ONE_PERSON, True),
    (school.AWAY_IN_DANGER, False), (school.AWAY, False), (school.SAME_DAY, False), (school.OLD, False),
    (school.CONFIRMED, False), (school.SETTLED, False), (school.REPORTED, False),
])  # fmt: skip
def test_only_open_danger_of_who_is_at_school_asks_not_to_leave_the_student_alone(
    student_id: str, alone: bool, opened: Open
) -> None:
    for lang, said in (("zh", "不让学生独处"), ("en", "do not leave the student alone")):
        assert (said in text_of(opened(student(student_id), lang))) is alone


@pytest.mark.parametrize("student_id", [school.AWAY, school.AWAY_IN_DANGER])
@pytest.mark.parametrize(("lang", "steps", "eases"), [
    ("zh", "与家庭保持联系", school.EASES.text.zh), ("en", "stay in touch with the family", school.EASES.text.en),
])  # fmt: skip
def test_who_is_suspended_is_shown_so_with_steps_and_without_ease(
    student_id: str, lang: str, steps: str, eases: str, opened: Open
) -> None:
    page = text_of(opened(student(student_id), lang))
    assert "2026-10-09" in page
    assert steps in page
    assert eases not in page
    assert eases in text_of(opened(student(school.NEAR), lang)), "of others it is shown"
    assert steps not in text_of(opened(student(school.NEAR), lang))
    title = pick(BY_CODE["suspended"].title, lang)
    assert title.lower() in row_of(opened("/suspended", lang), student_id).lower()


def test_the_day_of_return_is_told_or_said_to_be_open(opened: Open) -> None:
    assert "预计至 2027-01-20" in text_of(opened(student(school.AWAY_IN_DANGER)))
    assert "尚未登记复学日期" in text_of(opened(student(school.AWAY)))


def test_closed_evidence_stands_with_who_assessed_it_and_when(opened: Open) -> None:
    for lang, said in (("zh", "2026-11-20 由 staff-1 评估：关注"), ("en", "assessed 2026-11-20 by staff-1: watch")):
        page = text_of(opened(student(school.SETTLED), lang))
        assert said in page
        assert ("PHQ-9 第9题 = 1" if lang == "zh" else "PHQ-9 item 9 = 1") in page
        assert ("待核查的证据" if lang == "zh" else "Evidence to be checked") not in page


def test_strangers_of_one_import_are_one_line_the_positive_one_first(opened: Open, listed: FollowUpList) -> None:
    first, *_ = listed.queue("identity")
    assert (first.student.student_id, first.others) == ("X-2", ("X-1", "X-3"))
    for lang, said in (("zh", "等，另 2 人"), ("en", "and 2 more")):
        html = opened("/identity", lang)
        assert said in row_of(html, "X-2")
        assert 'href="/students/X-1"' in html
        assert opened(student("X-3"), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("student_id", [*school.LAST_STRANGERS, school.SENT])
def test_a_strangers_page_says_what_to_do_and_not_that_nothing_is_missing(
    student_id: str, lang: str, opened: Open
) -> None:
    page = text_of(opened(student(student_id), lang))
    why = {"zh": "：名册中没有此编号。", "en": ": the id is on no roster. "}[lang]
    assert why + pick(BY_CODE["identity"].about, lang) in page
    if student_id != school.SENT:
        assert ("当前需要的数据都有" if lang == "zh" else "All data needed now are there") not in page


def test_a_wrong_roster_floods_nobody_and_hides_no_danger(opened: Open) -> None:
    assert "PHQ-9 第9题 = 2" in row_of(opened("/"), "X-2"), "above the line as well"


def test_the_expected_missed_line_says_what_it_lacks(opened: Open) -> None:
    assert "全校预计尚未发现：无法估计（例行访谈 0 次，至少需 30 次）" in text_of(opened("/"))
    assert "cannot be estimated (0 routine talks, 30 are needed)" in text_of(opened("/", "en"))


def test_deadlines_that_the_week_cannot_meet_are_said(opened: Open, listed: FollowUpList) -> None:
    assert listed.unmet > 0
    hours = f"{listed.more_hours:g}"
    assert f"本周有 {listed.unmet} 个期限赶不上；再有 {hours} 小时即可" in text_of(opened("/"))
    assert f"{listed.unmet} deadlines of this week cannot be met; {hours} more hours" in text_of(opened("/", "en"))


def test_tasks_of_a_class_are_gathered_and_those_about_a_student_are_lines(opened: Open, listed: FollowUpList) -> None:
    html = opened("/contact")
    assert listed.class_tasks
    for name, count in listed.class_tasks.items():
        assert f"{name} {count} 人" in text_of(html)
    assert school.ABSENT.zh in row_of(html, school.TO_CONTACT)
    assert f'class="id">{school.UNSCREENED}<' not in html, "a task of the class is no line"
    assert "睡眠不足 6 小时" in text_of(opened(student(school.UNSCREENED)))


def test_names_are_shown_to_the_counselor(opened: Open) -> None:
    assert "李明" in row_of(opened("/"), school.DANGER)
    assert "李明" in opened(student(school.DANGER))


@pytest.mark.parametrize("code", ON_PAGES)
def test_filters_of_a_queue_leave_who_is_asked_for(code: str, opened: Open, listed: FollowUpList) -> None:
    for grade in (7, 8, 9):
        html = opened(f"{BY_CODE[code].path}?grade={grade}")
        wanted = [one.student.student_id for one in listed.queue(code) if one.student.grade == grade]
        assert re.findall(r'class="id">([^<]+)<', html) == wanted
        assert ("按当前筛选，这一段没有人" in html) is not wanted or wanted


def test_a_file_that_many_schools_may_know_tells_their_number(tmp_path: Path) -> None:
    """A city's import of somebody whom no roster has; of two schools both are named."""
    store = new_store(tmp_path)
    ten = [f"school-{n:02}" for n in range(1, 11)]
    files = [Filing(f"Q ({', '.join(few)})", unassigned_among(few), (floor(),)) for few in (ten, ten[:2])]
    publish(store, [assessment("S-1")], facts=RunFacts(filings=files))
    made = pages_over(store, tmp_path)
    made.enter()
    page = re.sub(r"<[^>]*>", "", made.client.get("/identity?lang=zh").text)
    store.close()
    assert "Q (10 所学校之一)" in page
    assert "Q (school-01, school-02)" in page
    assert "school-09" not in page
