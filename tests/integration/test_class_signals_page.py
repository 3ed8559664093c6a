"""各班信号: by class, of nobody in it, on the weekly and monthly sheets of a school and nowhere else."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from data_schemas.codes import Tier
from serving.reports import store as facts
from serving.reports.signals import signals_of
from serving.store import Store
from serving.today.blind import drawn_of_school
from tests.desk import Desk, colleague
from tests.factories import AS_OF, NOW, assessment, publish, student
from tests.new_stores import new_store

IDS = [f"S-{n:02}" for n in range(60)]
CLASSES = {one: "七(1)班" if n < 30 else "七(2)班" for n, one in enumerate(IDS)}


def rows(*more: tuple[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Of the first class 20 of 29 sleep too little, of the second 11 of 28."""
    asked = {"kind": "sleep_short", "reported_on": f"{AS_OF - timedelta(days=30)}", "source": "student"}
    first = [(one, asked | {"value": "yes" if n < 20 else "no"}) for n, one in enumerate(IDS[:29])]
    second = [(one, asked | {"value": "yes" if n < 11 else "no"}) for n, one in enumerate(IDS[30:58])]
    return [*first, *second, *more]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Six more of the second class stand above 一般 than half a year ago."""
    opened = new_store(tmp_path)
    people = [student(one, class_id=CLASSES[one]) for one in IDS]
    before = [assessment(one, Tier.WATCH if n % 6 == 0 else Tier.ROUTINE) for n, one in enumerate(IDS)]
    on, at = AS_OF - timedelta(days=180), NOW - timedelta(days=180)
    publish(opened, before, students=people, as_of=on, at=at, fingerprint="first")
    now = [assessment(one, Tier.WATCH if n % 6 == 0 or 30 <= n < 48 else Tier.ROUTINE) for n, one in enumerate(IDS)]
    publish(opened, now, students=people)
    return opened


@pytest.fixture
def desk(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    old = {"kind": "sleep_short", "reported_on": f"{AS_OF - timedelta(days=400)}", "value": "yes"}
    newer = {"kind": "sleep_short", "reported_on": f"{AS_OF - timedelta(days=60)}", "value": "yes"}
    told = rows((IDS[29], old), (IDS[28], newer), (IDS[58], {"kind": "mood_abnormal", "value": "yes"}),
                (IDS[59], newer | {"value": "unknown"}))  # fmt: skip
    monkeypatch.setattr(facts, "kept_rows", lambda _store, _school, _run, _table, read: [read(*one) for one in told])
    return Desk(store, tmp_path)


def line_of(html: str, class_id: str) -> list[str]:
    found = re.search(rf'<tr><th scope="row">{re.escape(class_id)}</th>(.*?)</tr>', html, re.S)
    assert found is not None
    return re.findall(r"<td>(.*?)</td>", found[1])


def test_a_share_stands_with_its_interval_and_of_who_did_not_say_with_nothing(desk: Desk) -> None:
    html = unescape(desk.client.get("/reports?kind=week").text)
    state = desk.pages.state
    drawn = drawn_of_school(state.store, "school-01", NOW, state.policy, state.calendars)
    assert len(drawn & set(IDS[:20])) == len(drawn) == 1, "one of those who said so is blind, and left out"
    assert not any(one in html for one in IDS), "a signal names nobody"
    sleep, _, change = line_of(html, "七(1)班")
    assert sleep == "68%（49 至 82）", "19 of 28: an old answer, an unknown one and another report are none"
    assert line_of(html, "七(2)班")[0] == "39%（24 至 58）"
    assert change.startswith("+0 个百分点")
    assert line_of(html, "七(2)班")[2].endswith(" · 上升")


def test_others_are_told_classes_by_large_counts_only(desk: Desk) -> None:
    principal = colleague(desk, "ren", "principal")
    html = unescape(principal.client.get("/reports?kind=month").text)
    assert line_of(html, "七(2)班")[2] == "不显示", "there were five before"
    assert "七(1)班" not in principal.client.get("/reports?kind=term").text
    before = AS_OF.replace(day=1) - timedelta(days=1)
    assert "七(1)班" not in principal.client.get(f"/reports?kind=month&of={before}").text, "of the present alone"
    bureau = colleague(desk, "shi", "bureau", ())
    assert "七(1)班" not in bureau.client.get("/reports?kind=week").text


def test_excel_has_them_too(desk: Desk) -> None:
    book = load_workbook(BytesIO(desk.client.get("/export/reports?kind=week&as=xlsx").content))
    cells = [[str(cell or "") for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert ["七(1)班", "68%（49 至 82）"] in [row[:2] for row in cells]
    assert "各班信号 · 近两周请假" not in [row[0] for row in cells], "of which nothing is known"


def test_whoever_is_blind_is_left_out_before_anything_is_counted(desk: Desk) -> None:
    every = signals_of(desk.pages.state, "school-01", (), 0)
    fewer = signals_of(desk.pages.state, "school-01", set(IDS[:20]), 0)
    assert [one.class_id for one in every] == ["七(1)班", "七(2)班"]
    sleep = next(signal for signal in every[0].shares if signal.code == "sleep")
    assert fewer[0].shares[sleep] is None, "nine are left, too few to be told of"
