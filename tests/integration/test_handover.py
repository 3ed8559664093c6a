"""Many students handed over at once: offered, accepted or declined one by one, and what does not fit is named."""

import re
from html import unescape
from pathlib import Path

import pytest

from data_schemas.codes import Tier
from serving.cases.service import case_of
from serving.store import Store
from tests.desk import Desk, colleague, small_school
from tests.new_stores import new_store
from tests.sample_pages import SCHOOLS
from tests.sample_school import BLIND, DANGER, SENT, whole_school


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    small_school(store)
    return Desk(store, tmp_path)


def token(desk: Desk) -> str:
    html = desk.client.get("/help").text
    return html.partition('name="form_token" value="')[2].partition('"')[0]


def send(desk: Desk, path: str, *students: str, **fields: str) -> tuple[int, str]:
    sent = {"form_token": token(desk), "student": list(students), "school": "school-01"} | fields
    answer = desk.client.post(path, sent)
    if answer.status_code != 303:
        return answer.status_code, answer.text
    return 303, unescape(desk.client.get(answer.headers["location"]).text)


def holders(store: Store) -> list[str | None]:
    return [case_of(store, f"S-{n}").holder for n in (1, 2, 3)]


def test_many_are_offered_and_each_is_answered(desk: Desk, store: Store) -> None:
    li = colleague(desk)
    assert "已办理 3 人" in send(desk, "/handover", "S-1", "S-2", "S-3", person="li", reason="分班")[1]
    assert holders(store) == [None, None, None], "nothing moves before it is accepted"
    html = unescape(li.client.get("/handover").text)
    assert "等您答复" in html
    assert "分班" in html
    assert "已办理 2 人" in send(li, "/handover/answer", "S-1", "S-2", said="accept")[1]
    assert "已办理 1 人" in send(li, "/handover/answer", "S-3", said="decline", reason="已在校外")[1]
    assert holders(store) == ["li", "li", None]
    html = unescape(desk.client.get("/handover").text)
    assert html.count("上次移交已被接受") == 2
    assert html.count("上次移交被谢绝") == 1


def test_what_does_not_fit_is_named_and_the_others_go_on(desk: Desk, store: Store) -> None:
    colleague(desk)
    send(desk, "/handover", "S-1", person="li")
    html = send(desk, "/handover", "S-1", "S-2", "S-4", person="li")[1]
    assert "已办理 1 人" in html
    assert "S-1、S-4" in html
    assert case_of(store, "S-4").offer is None, "a student of another school"
    li = colleague(desk, "lu")
    assert "S-2" in send(li, "/handover/answer", "S-2", said="accept")[1].partition("没有办成")[2], "not offered to lu"


def test_another_school_takes_over_with_its_own_right(desk: Desk, store: Store) -> None:
    there = colleague(desk, "hu", schools=SCHOOLS[1:])
    send(desk, "/handover", "S-2", to_school="school-02")
    sent = {"form_token": token(there), "student": ["S-2"], "school": "school-02", "said": "accept"}
    assert there.client.post("/handover/answer", sent).status_code == 303
    assert case_of(store, "S-2").holder == "hu"


@pytest.mark.parametrize("fields", [{}, {"person": "li", "to_school": "school-02"}])
def test_nothing_is_offered_to_nobody_or_to_two(desk: Desk, fields: dict[str, str]) -> None:
    colleague(desk)
    assert send(desk, "/handover", "S-2", **fields)[0] == 403
    assert send(desk, "/handover", person="li")[0] == 403
    assert send(desk, "/handover/answer", said="accept")[0] == 403


def test_nobody_is_handed_over_of_whom_it_is_not_settled_who_it_is(tmp_path: Path) -> None:
    with new_store(tmp_path) as made:
        whole_school(made)
        desk = Desk(made, tmp_path)
        colleague(desk)
        html = desk.client.get("/handover").text
        assert f'value="{DANGER}"' in html
        assert f'value="{SENT}"' not in html, "an unknown id with open evidence"
        assert f"请打开页面查看：{SENT}" in send(desk, "/handover", SENT, DANGER, person="li")[1]
        assert case_of(made, SENT).offer is None
        assert case_of(made, DANGER).offer is not None


def test_danger_nobody_has_confirmed_says_so_and_a_blind_student_shows_no_tier(tmp_path: Path) -> None:
    with new_store(tmp_path) as made:
        whole_school(made)
        desk = Desk(made, tmp_path)
        sent = {"form_token": token(desk), "student_id": BLIND, "move": "acknowledge", "last": "0", "back": "/"}
        assert desk.client.post("/cases", sent).status_code == 303
        rows = {row.partition('value="')[2].partition('"')[0]: row for row in _rows(desk.client.get("/handover").text)}
        assert "危机·待核查" in rows[DANGER]
        assert "例行访谈" in rows[BLIND]
        assert not any(tier.zh in rows[BLIND] for tier in Tier)


def _rows(html: str) -> list[str]:
    """Each row of the table with its words alone."""
    return [re.sub(r"</?span[^>]*>", "", row) for row in unescape(html).split("<tr>")[1:]]
