"""遗漏复查: what each role is shown, in both languages, with nothing there, and with nothing found."""

from dataclasses import replace
from datetime import date

import pytest

from serving.access import Role, User
from serving.miss_review import Case, MissReading, read_half
from tests.http_client import Client
from tests.sample_pages import SCHOOLS, MakeSample, Sample

PRINCIPAL = User("li", Role.PRINCIPAL, SCHOOLS[:1])
BUREAU = User("zhou", Role.BUREAU)
HALF = read_half("2026H1")
CASES = (
    (
        "S-1077",
        Case("referral", date(2026, 3, 9), "concern", "ranked_low", date(2026, 3, 6), "watch", "a1", ("leave",)),
    ),
    ("S-4821", Case("crisis_event", date(2026, 4, 2), "all", "unscreened")),
    (
        "S-9001",
        Case("suspension", date(2026, 5, 2), "all", "not_replayable", date(2026, 5, 1), "watch", why_not="erased"),
    ),
)
CLASSES: dict[str, int | None] = {"unscreened": 1, "stale": 0, "concealed": 0, "ranked_low": 1, "not_replayable": 1}
STREAMS: dict[str, int | None] = {
    "ranked": 0, "floor": 0, "concern": 1, "audit": 0, "all": 2, "not_said": 0,
}  # fmt: skip
FOUND = MissReading(
    half=HALF,
    school_id="school-01",
    made_on=date(2026, 7, 3),
    complete=True,
    synthetic=False,
    schools=1,
    least=0,
    events=9,
    below=3,
    on_line=6,
    classes=CLASSES,
    streams=STREAMS,
    kinds={"ranked_low/referral": 1, "unscreened/crisis_event": 1, "not_replayable/suspension": 1},
    cases=CASES,
    open_to=frozenset({"S-1077", "S-9001"}),
)
COUNTS = replace(
    FOUND,
    school_id=None,
    schools=12,
    least=5,
    events=64,
    below=30,
    on_line=34,
    classes={"unscreened": 12, "stale": None, "concealed": None, "ranked_low": 18, "not_replayable": None},
    streams={"ranked": 9, "floor": 12, "concern": 9, "audit": None, "all": None, "not_said": None},
    kinds={},
    cases=(),
)


def enter(sample: MakeSample, reading: MissReading | None, **user: User) -> tuple[Client, Sample]:
    made = sample(**user)
    if reading is not None:
        made.reviews["2026H1"] = reading
    return made.enter(*(one.username for one in user.values())), made


def test_a_counselor_sees_each_case_with_a_way_to_the_student(sample: MakeSample) -> None:
    client, made = enter(sample, FOUND)
    page = client.get("/miss-review?half=2026H1")
    assert page.status_code == 200
    assert made.looked == [("wang", "2026H1", "school-01")]
    for words in (
        "遗漏复查",
        "有迹象，排在线下",
        "答卷未显示",
        "2026-01-01 至 2026-06-30",
        "复查于 2026-07-03",
        "资料已删除",
    ):
        assert words in page.text
    assert '<a href="/students/S-1077">S-1077</a>' in page.text
    assert "<td>S-4821</td>" in page.text, "whoever is at no school of the reader's has no page to lead to"
    assert "都不证明没有遗漏" in page.text
    assert 'href="/reports"' in client.get("/").text, "the header leads there, by the reports"


def test_english_says_the_same(sample: MakeSample) -> None:
    client, _ = enter(sample, FOUND)
    page = client.get("/miss-review?half=2026H1&lang=en").text
    for words in ("Miss review", "Signs there, ranked below the line", "Answers gave no sign", "no proof", "erased"):
        assert words in page
    assert "not that a student meant to hide anything" in page.replace("&#39;", "'")


@pytest.mark.parametrize("user", [PRINCIPAL, BUREAU], ids=["principal", "bureau"])
def test_others_see_counts_and_no_student(sample: MakeSample, user: User) -> None:
    client, made = enter(sample, COUNTS, user=user)
    assert client.get("/").headers["location"] == "/reports", "it is the page that they have"
    page = client.get("/miss-review?half=2026H1").text
    assert made.looked[-1] == (user.username, "2026H1", "school-01" if user is PRINCIPAL else None)
    assert "不显示" in page
    assert "小于 5 的数（包括 0）不显示" in page
    assert "/students/" not in page
    assert "S-" not in page
    assert ("全市汇总" in page) is (user is BUREAU)
    assert client.get("/students/S-1077").status_code == 403


def test_what_is_too_small_is_not_told_apart(sample: MakeSample) -> None:
    hidden = dict.fromkeys(CLASSES)
    client, _ = enter(sample, replace(COUNTS, below=None, on_line=None, classes=hidden), user=PRINCIPAL)
    page = client.get("/miss-review?half=2026H1").text
    assert "数太小，不按类别和来源分列" in page
    assert "<table" not in page


def test_nothing_found_proves_nothing(sample: MakeSample) -> None:
    nothing = replace(FOUND, events=4, below=0, on_line=4, classes=dict.fromkeys(CLASSES, 0), kinds={}, cases=())
    client, _ = enter(sample, nothing)
    page = client.get("/miss-review?half=2026H1").text
    assert "没有事前在线下的事件" in page
    assert "0 不证明没有遗漏" in page
    assert "<table" not in page


def test_a_half_year_that_nobody_looked_back_on_says_how(sample: MakeSample) -> None:
    client, _ = enter(sample, None)
    page = client.get("/miss-review?half=2025H2").text
    assert "这半年还没有复查" in page
    assert "2025H2 指 2025-07-01 至 2025-12-31" in page
    assert "runxin" not in page.lower().replace("runxin_", ""), "no command stands on a page"
    assert "没有复查不等于没有遗漏" in page


def test_without_a_half_year_the_newest_one_is_shown(sample: MakeSample) -> None:
    client, made = enter(sample, FOUND)
    page = client.get("/miss-review").text
    assert "2026H1" in page
    assert made.looked[-1][1] == "2026H1"


def test_what_is_unfinished_erased_or_too_early_is_said(sample: MakeSample) -> None:
    client, _ = enter(sample, replace(FOUND, complete=False, erased=2, no_list=3))
    page = client.get("/miss-review?half=2026H1").text
    assert "这半年还没有结束" in page
    assert "有 2 例因学生资料已删除" in page
    assert "另有 3 件发生在本校第一份名单之前" in page


def test_who_may_not_see_it_is_refused(sample: MakeSample) -> None:
    made = sample()
    client = made.enter("admin")
    page = client.get("/miss-review")
    assert page.status_code == 403
    assert "没有权限" in page.text
    assert made.looked == []
    assert 'href="/miss-review"' not in client.get("/admin").text


def test_another_schools_review_and_an_unreadable_half_year(sample: MakeSample) -> None:
    client, made = enter(sample, FOUND)
    assert client.get("/miss-review?school=school-02").status_code == 403
    assert client.get("/miss-review?half=June").status_code == 400
    assert made.looked == []
    anonymous = Client(client.app)
    assert anonymous.get("/miss-review").status_code == 303
