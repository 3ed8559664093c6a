"""What is unusual in a class is told above the list: to nobody about somebody, and of nobody who is blind."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from data_schemas.codes import Tier
from models.assessment import Floor
from serving.store import Store
from serving.today.clusters import clusters_of
from tests.desk import Desk
from tests.factories import AS_OF, NOW, assessment, floor, publish, student, words
from tests.new_stores import new_store

LONG_AGO = AS_OF - timedelta(days=300)
NOTE = re.compile(r'<p class="note cluster">(.*?)</p>', re.S)


def reported(on: date) -> Floor:
    key = f"R10:concern:self_harm:{on.isoformat()}"
    return floor("R10", Tier.PRIORITY, evidence=key, evidence_on=on, known_on=on, text=words("自伤报告", "self-harm"))


def publish_classes(store: Store, affected: int) -> None:
    """One report of last winter elsewhere, and some of this week in 八(2)班."""
    said = [assessment(f"S-{n}", Tier.ROUTINE, margin=-4.0) for n in range(60)]
    said[0] = assessment("S-0", Tier.PRIORITY, tier_source="floor", floors=(reported(LONG_AGO),))
    ids = [f"S-{n}" for n in range(31, 31 + affected)]
    for place, one in enumerate(ids):
        fresh = reported(AS_OF - timedelta(days=place % 3))
        said[int(one[2:])] = assessment(one, Tier.PRIORITY, tier_source="floor", floors=(fresh,))
    here = [student(one.student_id, class_id="八(1)班" if n < 30 else "八(2)班") for n, one in enumerate(said)]
    publish(store, said, students=here)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as made:
        yield made


def test_a_cluster_is_told_by_class_with_a_link_and_without_a_name(store: Store, tmp_path: Path) -> None:
    publish_classes(store, 3)
    desk = Desk(store, tmp_path)
    notes = NOTE.findall(desk.client.get("/").text)
    assert len(notes) == 2, "the class, and the school of two classes"
    of_class = next(one for one in notes if "八(2)班" in one)
    assert "近 14 天有 3 名学生有新报告的安全线索" in of_class
    assert not any("S-3" in one for one in notes)
    link = re.search(r'href="([^"]+)"', of_class)
    assert link is not None
    shown = re.findall(r'class="id">([^<]+)<', desk.client.get(link[1]).text)
    assert set(shown) == {"S-31", "S-32", "S-33"}
    english = NOTE.findall(desk.client.get("/?lang=en").text)
    assert not re.search("[一-鿿]", re.sub(r"<[^>]*>|八\(2\)班", "", "".join(english)))


def test_two_are_not_told_and_a_shared_room_is_its_own_unit(store: Store, tmp_path: Path) -> None:
    publish_classes(store, 2)
    desk = Desk(store, tmp_path)
    assert NOTE.findall(desk.client.get("/").text) == []


def test_a_room_is_told_without_its_students(store: Store, tmp_path: Path) -> None:
    publish_classes(store, 3)
    desk = Desk(store, tmp_path)
    fields = {"kind": "dormitory", "others": "S-32 S-33 S-34", "on": "", "student_id": "S-31"}
    token = re.search(r'name="form_token" value="([0-9a-f]{64})"', desk.page("S-31"))
    assert token is not None
    assert desk.client.post("/links", fields | {"form_token": token[1]}).status_code == 303
    notes = [one for one in NOTE.findall(desk.client.get("/").text) if "一间宿舍" in one]
    assert len(notes) == 1
    link = re.search(r'href="([^"]+)"', notes[0])
    assert link is not None
    shown = re.findall(r'class="id">([^<]+)<', desk.client.get(link[1].replace("&amp;", "&")).text)
    assert set(shown) == {"S-31", "S-32", "S-33"}


def test_a_blind_student_is_not_counted(store: Store, tmp_path: Path) -> None:
    publish_classes(store, 3)
    everybody = clusters_of(store, "school-01", NOW, frozenset())
    assert "八(2)班" in {one.unit.unit_id for one in everybody}
    assert clusters_of(store, "school-01", NOW, frozenset({"S-31"})) == ()
    # Of S-0 is all that is known of last winter: without it there are no 24 weeks to compare with.
    assert clusters_of(store, "school-01", NOW, frozenset({"S-0"})) == ()
