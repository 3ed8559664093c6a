"""Who is a student on a day, and that nothing said of anybody else is lost."""

from datetime import date

import pandas as pd
import pytest

from data_schemas.dataset import Dataset
from data_schemas.roster import NAMELESS, UNASSIGNED, Settled, settle_roster, without_strangers
from models import assess, records_of
from tests.rosters import AS_OF, ITEM9, PLAIN, Row, dataset
from tests.students import POLICY

ENDED = {"left_on": "2026-01-31"}
EVIDENCE: dict[str, Row] = {
    "responses/phq9": ITEM9,
    "scores": {"instrument": "phq9", "scale": "total", "value": 20, "administered_on": "2026-03-20"},
    "leaves": {"type": "sick", "start_on": "2026-03-20", "end_on": "2026-03-20", "recorded_on": "2026-03-20"},
    "concerns": {"kind": "suicide_intent", "reported_on": "2026-03-20"},
    "outcomes": {"observed_on": "2026-03-20", "kind": "crisis_event", "level": 3},
}


# reason → roster rows, and those that an import refused
ROSTERS: dict[str, tuple[list[Row], list[Row]]] = {
    "unknown": ([], []),
    "left": ([{**PLAIN, **ENDED}], []),
    "left ": ([{**PLAIN, "left_on": AS_OF.isoformat()}], []),
    "not_yet": ([{**PLAIN, "enrolled_on": "2026-04-01"}], []),
    "not_yet ": ([{**PLAIN, **ENDED}, {**PLAIN, "enrolled_on": "2026-04-01"}], []),
    "set_aside": ([], [{**PLAIN, "sex": None, "stage": None}]),
    "two_enrolments": ([PLAIN, {**PLAIN, "school_id": "b"}], []),
    "two_enrolments ": ([PLAIN, {**PLAIN, "sex": "male"}], []),
    "two_enrolments  ": ([{**PLAIN, **ENDED, "birth_date": "2012-01-01"}, {**PLAIN, "birth_date": "2013-01-01"}], []),
    "two_enrolments   ": ([PLAIN], [{**PLAIN, "school_id": "b", "grade": None}]),
    "two_enrolments    ": ([], [{**PLAIN, "sex": "male"}, {**PLAIN, "sex": "female"}]),
}


def rows_in(part: Dataset | None, student_id: str) -> int:
    if part is None:
        return 0
    frames = [*part.responses.values(), *(f for n, f in part.tables.items() if n != "students" and "student_id" in f)]
    return sum(int((one["student_id"] == student_id).sum()) for one in frames)


def settled(students: list[Row], aside: list[Row] | None = None, **tables: list[Row]) -> Settled:
    return settle_roster(dataset(students, aside, **tables), AS_OF)


@pytest.mark.parametrize("name", EVIDENCE)
@pytest.mark.parametrize("reason", ROSTERS)
def test_evidence_of_whoever_is_no_student_stands_among_the_strangers(name: str, reason: str) -> None:
    students, aside = ROSTERS[reason]
    both = [{"student_id": student, **EVIDENCE[name]} for student in ("S-0", "S-1")]
    found = settled(students, aside, **{name: both})
    assert {who: why.code for who, why in found.reasons.items()} == {"S-1": reason.strip()}
    assert found.strangers is not None
    assert (rows_in(found.enrolled, "S-1"), rows_in(found.strangers, "S-1")) == (0, 1)
    assert (rows_in(found.enrolled, "S-0"), rows_in(found.strangers, "S-0")) == (1, 0)
    assert found.enrolled.students["student_id"].tolist() == ["S-0"]
    assert found.strangers.students["student_id"].tolist() == ["S-1"]
    assert found.enrolled.fingerprint == found.strangers.fingerprint == "f"


@pytest.mark.parametrize("reason", ROSTERS)
def test_the_rules_run_for_strangers(reason: str) -> None:
    students, aside = ROSTERS[reason]
    found = settled(students, aside, **{"responses/phq9": [{"student_id": "S-1", **ITEM9}]})
    assert found.strangers is not None
    (said,) = assess(records_of(found.strangers), AS_OF, None, POLICY)
    assert said.student_id == "S-1"
    assert "R02" in {floor.id for floor in said.floors}


def test_what_the_roster_says_of_a_stranger_is_kept_and_nothing_is_guessed() -> None:
    sheets = {"responses/phq9": [{"student_id": "S-1", **ITEM9}]}

    def who(reason: str) -> Row:
        students, aside = ROSTERS[reason]
        found = settled(students, aside, **sheets).strangers
        assert found is not None
        row: Row = found.students.astype(object).iloc[0].dropna().to_dict()
        return row

    assert who("left") == PLAIN, "no date of leaving, or the assessment would leave the student out"
    assert who("unknown") == {"student_id": "S-1", "school_id": UNASSIGNED, "sex": "unknown"}
    known = {"student_id": "S-1", "school_id": "a", "class_id": "801", "grade": 8, "sex": "unknown"}
    assert who("set_aside") == known
    assert who("two_enrolments ") == {**known, "stage": "junior"}, "only what both rows agree on"


def test_the_schools_that_the_roster_names_and_the_day_of_leaving_are_told() -> None:
    found = settled(ROSTERS["two_enrolments"][0], **{"responses/phq9": [{"student_id": "S-1", **ITEM9}]})
    assert found.schools == {"S-1": ("a", "b")}
    found = settled(ROSTERS["left"][0], **{"responses/phq9": [{"student_id": "S-1", **ITEM9}]})
    assert (found.schools, found.left_on) == ({"S-1": ("a",)}, {"S-1": date(2026, 1, 31)})


def test_where_nothing_is_amiss_the_dataset_itself_is_given_back() -> None:
    sound = dataset([PLAIN], **{"responses/phq9": [{"student_id": "S-1", **ITEM9}]})
    found = settle_roster(sound, AS_OF)
    assert found.enrolled is sound
    assert (found.strangers, found.reasons) == (None, {})
    assert without_strangers(sound) is sound


@pytest.mark.parametrize("ended", [{**PLAIN, **ENDED}, {**PLAIN, **ENDED, "school_id": "b"}])
def test_the_enrolment_that_holds_goes_before_one_that_ended(ended: Row) -> None:
    sheet = {"responses/phq9": [{"student_id": "S-1", **ITEM9}]}
    now = {**PLAIN, "enrolled_on": "2026-02-01", "class_id": "802"}
    for students in ([ended, now], [now, ended]):
        found = settled(students, **sheet)
        assert found.strangers is None
        assert found.enrolled.students.set_index("student_id").loc["S-1", "class_id"] == "802"
        assert rows_in(found.enrolled, "S-1") == 1
        assert settle_roster(dataset(students, **sheet), date(2026, 1, 1)).strangers is None, "on an earlier day"


def test_a_student_is_enrolled_from_the_first_day_to_the_day_before_leaving() -> None:
    student = {**PLAIN, "enrolled_on": "2026-03-31", "left_on": "2026-04-02"}
    whole = dataset([student], **{"responses/phq9": [{"student_id": "S-1", **ITEM9}]})
    days = {date(2026, 3, 30): "not_yet", AS_OF: None, date(2026, 4, 1): None, date(2026, 4, 2): "left"}
    for day, reason in days.items():
        found = settle_roster(whole, day).reasons.get("S-1")
        assert (None if found is None else found.code) == reason, day


@pytest.mark.parametrize("again", [PLAIN, {**PLAIN, "grade": 9, "class_id": "901"}, {**PLAIN, "sex": "unknown"}])
def test_one_student_twice_at_one_school_is_one_student(again: Row) -> None:
    sheet = {"responses/phq9": [{"student_id": "S-1", **ITEM9}]}
    one, other = (settled(rows, **sheet) for rows in ([PLAIN, again], [again, PLAIN]))
    assert one.strangers is None
    assert rows_in(one.enrolled, "S-1") == 1
    pd.testing.assert_frame_equal(one.enrolled.students, other.enrolled.students)


def test_a_refused_row_of_the_same_school_takes_no_student_away() -> None:
    found = settled([PLAIN], [{**PLAIN, "grade": None}], **{"responses/phq9": [{"student_id": "S-1", **ITEM9}]})
    assert found.strangers is None
    assert rows_in(found.enrolled, "S-1") == 1


def test_what_was_done_for_one_of_two_people_eases_nothing_of_the_other() -> None:
    talks = [{"student_id": "S-1", "observed_on": "2026-03-25", "kind": "interview", "level": n} for n in range(4)]
    contact = {"student_id": "S-1", "contacted_on": "2026-03-25"}
    tables = {"outcomes": talks, "contacts": [contact], "responses/phq9": [{"student_id": "S-1", **ITEM9}]}
    two, left = (settled(ROSTERS[why][0], **tables).strangers for why in ("two_enrolments", "left"))
    assert two is not None
    assert left is not None
    assert two.tables["outcomes"]["level"].tolist() == [2, 3], "only what was found to need help"
    assert two.tables["contacts"].empty
    assert (len(left.tables["outcomes"]), len(left.tables["contacts"])) == (4, 1), "of one person all of it"


def test_rows_without_an_id_are_nobodys_and_not_lost() -> None:
    found = settled([], **{"responses/phq9": [{"student_id": None, **ITEM9}]})
    assert {who: why.code for who, why in found.reasons.items()} == {NAMELESS: "unknown"}
    assert rows_in(found.strangers, NAMELESS) == 1


def test_who_is_no_student_and_of_whom_nothing_was_said_is_no_stranger() -> None:
    flag = {"student_id": "S-9", "flag": "left_behind", "value": "yes"}
    found = settled([{**PLAIN, **ENDED}], family=[flag])
    assert found.strangers is None
    assert found.enrolled.students["student_id"].tolist() == ["S-0"]
    assert found.enrolled.tables["family"].empty


@pytest.mark.parametrize("reason", ROSTERS)
def test_a_consent_makes_a_silent_stranger_and_other_rows_make_another(reason: str) -> None:
    students, aside = ROSTERS[reason]
    taken_back = {"student_id": "S-1", "scope": "model_score", "given_on": "2025-09-01", "withdrawn_on": "2026-03-01"}
    found = settled(students, aside, consents=[taken_back])
    assert (set(found.silent), rows_in(found.strangers, "S-1")) == ({"S-1"}, 1)
    both = settled(students, aside, consents=[taken_back], **{"responses/phq9": [{"student_id": "S-1", **ITEM9}]})
    assert (set(both.silent), rows_in(both.strangers, "S-1")) == (set(), 2)


def test_tables_of_schools_stay_with_both_parts() -> None:
    feed = {"school_id": "a", "table": "leaves", "covered_from": "2025-09-01", "covered_to": "2026-03-31"}
    found = settled([], feeds=[feed], **{"responses/phq9": [{"student_id": "S-1", **ITEM9}]})
    assert found.strangers is not None
    assert len(found.enrolled.tables["feeds"]) == len(found.strangers.tables["feeds"]) == 1


def test_what_is_learned_from_has_those_who_left_and_no_strangers() -> None:
    both = ("unknown", "left", "two_enrolments", "set_aside")
    students: list[Row] = []
    aside: list[Row] = []
    for reason in both:
        rows, refused = ROSTERS[reason]
        students += [{**row, "student_id": reason} for row in rows]
        aside += [{**row, "student_id": reason} for row in refused]
    sheets = [{"student_id": reason, **ITEM9} for reason in both]
    found = without_strangers(dataset(students, aside, **{"responses/phq9": sheets}))
    assert found.students["student_id"].tolist() == ["S-0", "left"]
    assert found.responses["phq9"]["student_id"].tolist() == ["left"]
    assert records_of(found).ids.tolist() == ["S-0", "left"]
