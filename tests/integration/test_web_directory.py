"""全部学生 and the search: who is found, by whom, and what is kept of it."""

import re

import pytest
import sqlalchemy as sa

from serving.store import audit_rows, keep_names
from serving.today.to_complete import ASIDE, to_complete
from tests import sample_lists as scenes
from tests import sample_school as school
from tests.factories import NOW, assessment, entry, follow_up_list, publish, student
from tests.sample_pages import SCHOOLS, MakeSample, Sample


@pytest.fixture
def pages(sample: MakeSample) -> Sample:
    made = sample()
    ids = [f"S-{n}" for n in range(100, 160)]
    everyone = [assessment(one) for one in (*ids, "T-1")]
    people = [*(student(one) for one in ids), student("T-1", "school-02")]
    publish(made.store, everyone, students=people)
    keep_names(made.store, {"S-100": "李小明", "S-101": "单娜", "T-1": "李小红"}, NOW, "cli")
    return made


def found(pages: Sample, query: str = "", **more: str) -> list[str]:
    response = pages.client.get("/students?" + "&".join(f"{k}={v}" for k, v in {"q": query, **more}.items()))
    assert response.status_code == 200
    return re.findall(r'class="reach" href="/students/([^"?]+)', response.text)


@pytest.mark.parametrize("query", ["S-100", "s-100", "李小明", "小明", "lixiaoming", "lxm", "xiaom", "LXM"])
def test_a_student_is_found_by_id_name_and_sounds(query: str, pages: Sample) -> None:
    pages.enter()
    assert found(pages, query) == ["S-100"]


@pytest.mark.parametrize("query", ["李小红", "lixiaohong", "T-1", "王五", "%25", "_"])
def test_nobody_of_another_school_is_found_nor_told_of(query: str, pages: Sample) -> None:
    pages.enter()
    response = pages.client.get(f"/students?q={query}")
    assert response.status_code == 200
    assert "没有找到" in response.text
    assert "没有权限" not in response.text


def test_what_was_typed_is_not_kept(pages: Sample) -> None:
    pages.enter()
    found(pages, "李小明")
    (event,) = pages.trail("students.searched")
    assert (event.actor, event.object_id, event.purpose, event.detail) == ("wang", SCHOOLS[0], "follow_up", None)
    assert all("李" not in str(row) for row in audit_rows(pages.store, 100))


def test_everybody_stands_on_pages_of_fifty(pages: Sample) -> None:
    pages.enter()
    assert len(found(pages)) == 50
    assert found(pages, page="2") == [f"S-{n}" for n in range(150, 160)]
    assert found(pages, page="9") == found(pages, page="2"), "past the last page is the last page"
    assert found(pages, q="S-15", page="9") == [f"S-{n}" for n in range(150, 160)], "of a search as well"


def test_an_administrator_finds_nobody(pages: Sample) -> None:
    pages.enter("admin")
    html = pages.client.get("/account").text
    assert 'type="search"' not in html
    assert pages.client.get("/students?q=S-100").status_code == 403


def test_as_many_readings_for_many_as_for_few(pages: Sample) -> None:
    pages.enter()
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    sa.event.listen(pages.store.engine, "before_cursor_execute", counted)
    try:
        assert len(found(pages, "S-10")) == 10
        few, count = count, 0
        assert len(found(pages, "S-")) == 50
    finally:
        sa.event.remove(pages.store.engine, "before_cursor_execute", counted)
    assert count <= few


def test_whoever_is_on_no_roster_is_found_by_the_whole_id(sample: MakeSample) -> None:
    made = sample()
    school.whole_school(made.store)
    made.enter()
    assert found(made, school.SENT) == [school.SENT]


def test_each_student_stands_once_in_what_is_to_complete(sample: MakeSample) -> None:
    made = sample()
    school.whole_school(made.store)
    html = made.enter().get("/to-complete?all=1").text
    ids = re.findall(r'class="id">([^<]+)<', html)
    assert len(ids) == len(set(ids))
    each = [made.client.get(f"{queue.path}?all=1").text for queue in ASIDE]
    single = {one for html in each for one in re.findall(r'class="id">([^<]+)<', html)}
    assert set(ids) == single


def test_the_nearest_deadline_comes_first_and_none_last() -> None:
    free, later = entry("S-1", queue="retest"), entry("S-2", queue="retest", due=scenes.CHECK)
    soon = entry("S-2", queue="contact", due=scenes.LATE)
    together = to_complete(follow_up_list(retest=(free, later), contact=(soon,)))
    assert [one.entry for one in together] == [soon, free]
    assert [queue.code for queue in together[0].places] == ["contact", "retest"]


def test_what_is_due_beside_a_queues_own_step_counts_as_well() -> None:
    """Who is suspended until January and in danger since this morning is not the last of all."""
    away = entry("S-3", queue="suspended", due=scenes.LATE, also_due=scenes.CHECK)
    other = entry("S-4", queue="retest", due=scenes.CHECK)
    together = to_complete(follow_up_list(retest=(other,), suspended=(away,)))
    assert [one.entry for one in together] == [away, other]
