"""`runxin school` and `runxin duty`: files in, what stands out."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_schemas.codes import DutyRole
from data_schemas.schools import SchoolRow
from runxin.cli.main import run
from runxin.settings import read_settings
from serving.store import audit_rows, duty_in_force, is_known, known_school_ids, list_schools, open_store
from tests.command_line import told
from tests.factories import assessment, publish

Say = Callable[..., dict[str, Any]]
SCHOOLS = """school_id,name,county,stages,counselors,double_certified,room
A,第一中学,清江浦区,初中 高中,3,1,是
B,Second School,,primary,1,0,no
"""
DUTY = """school_id,person,role,phone,starts_at,ends_at,note
A,王老师,counselor,13800000001,2035-11-26 08:00,2035-11-26 17:00,
A,李校长,分管校领导,,2035/11/26 17:00,2035/11/27 00:00,
B,Zhao,on_call,,2035-11-26T17:00:00,2035-11-27 08:00,by phone
"""


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))

    def call(*arguments: str, code: int = 0) -> dict[str, Any]:
        return told(capsys, *arguments, code=code)

    return call


def written(folder: Path, name: str, content: str) -> str:
    (folder / name).write_text(content, "utf-8")
    return str(folder / name)


def test_schools_come_from_a_file_and_the_newest_import_stands(say: Say, tmp_path: Path) -> None:
    file = written(tmp_path, "schools.csv", SCHOOLS)
    assert say("school", "import", file) == {"schools": 2, "new_or_changed": 2}
    assert say("school", "import", file) == {"schools": 2, "new_or_changed": 0}
    changed = written(tmp_path, "again.csv", "学校编号,学校名称,心理教师人数\nB,第二小学,2\n")
    assert say("school", "import", changed) == {"schools": 1, "new_or_changed": 1}
    first, second = say("school", "list")["schools"]
    assert first == {
        "school_id": "A",
        "name": "第一中学",
        "county": "清江浦区",
        "stages": ["junior", "senior"],
        "counselors": 3,
        "double_certified": 1,
        "room": True,
        "imported": True,
    }
    assert (second["name"], second["counselors"], second["stages"], second["room"]) == ("第二小学", 2, [], None)
    with open_store(read_settings()) as store:
        kept = list_schools(store)
        imports = [row for row in audit_rows(store, 10) if row.action == "schools.imported"]
        assert [row.detail for row in imports] == ["schools=1", "schools=2"]
        assert known_school_ids(store) == {"A", "B"}
        assert is_known(store, "A")
        assert not is_known(store, "a")
    assert kept[1] == SchoolRow("B", "第二小学", None, (), 2, None, None)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_school_is_read_from_every_kind_of_file(say: Say, tmp_path: Path, ending: str) -> None:
    frame = pd.DataFrame(
        {"school_id": ["A"], "name": ["一中"], "stages": ["初中、高中"], "counselors": [3], "room": [True]}
    )
    file = tmp_path / f"schools.{ending}"
    write = {"csv": frame.to_csv, "xlsx": frame.to_excel, "parquet": frame.to_parquet}[ending]
    write(file, index=False)
    say("school", "import", str(file))
    (school,) = say("school", "list")["schools"]
    assert (school["stages"], school["counselors"], school["room"]) == (["junior", "senior"], 3, True)


HEAD = "school_id,name,stages,counselors,double_certified,room\n"
FAULTY_SCHOOLS = {
    "a comma in the id": (HEAD + '"A,B",x,,,,\n', [(2, "school_id", "a school's id holds no comma")]),
    "an id that cannot be seen": (
        HEAD + "A\u200bB,x,,,,\n",
        [(2, "school_id", "an id holds no U+200B ZERO WIDTH SPACE")],
    ),
    "a full-width comma in the id": (HEAD + "A，B,x,,,,\n", [(2, "school_id", "a school's id holds no comma")]),
    "the same school again": (HEAD + "A,x,,,,\nA,y,,,,\n", [(3, "school_id", "the same school again")]),
    "no name": (HEAD + "A,,,,,\n", [(2, "name", "the cell is blank")]),
    "an unknown stage": (HEAD + "A,x,初中 大学,,,\n", [(2, "stages", "an unknown stage")]),
    "a count in words": (HEAD + "A,x,,three,,\n", [(2, "counselors", "not a number")]),
    "a count below none": (HEAD + "A,x,,-1,,\n", [(2, "counselors", "outside the range 0 to 100")]),
    "more than all": (HEAD + "A,x,,1,2,\n", [(2, "double_certified", "more of them than counselors")]),
    "a room in words": (HEAD + "A,x,,,,maybe\n", [(2, "room", "neither yes nor no")]),
    "more cells than headers": (HEAD + "A,x,,,,,y\n", [(2, None, "more cells than headers")]),
    "a foreign column": ("school_id,name,phone\nA,x,1\n", [(1, "phone", "this column is not one of the table's")]),
    "an absent column": ("school_id,county\nA,x\n", [(1, "name", "this column is absent")]),
    "a column twice": (
        "school_id,name,学校名称\nA,x,y\n",
        [(1, "学校名称", "this column is there twice")],
    ),
}


@pytest.mark.parametrize("fault", FAULTY_SCHOOLS)
def test_a_school_that_cannot_be_so_is_named_and_none_is_taken(say: Say, tmp_path: Path, fault: str) -> None:
    content, expected = FAULTY_SCHOOLS[fault]
    said = say("school", "import", written(tmp_path, "schools.csv", content), code=3)
    assert [(one["row"], one["column"], one["what"]) for one in said["problems"]] == expected
    assert all(one["file"] == "schools.csv" and (one["fix"]) for one in said["problems"])
    assert say("school", "list")["schools"] == []


@pytest.mark.parametrize("verb", ["school", "duty"])
def test_a_file_that_is_none_is_said(say: Say, tmp_path: Path, verb: str) -> None:
    assert say(verb, "import", str(tmp_path / "nowhere.csv"), code=3)["error"]["message"] == "the file cannot be read"
    said = say(verb, "import", written(tmp_path, "a.xlsx", "not a workbook"), code=3)
    assert said["error"]["message"] == "a.xlsx cannot be read"
    columns = {"school": "school_id,name\n", "duty": "school_id,person,role,starts_at,ends_at\n"}
    said = say(verb, "import", written(tmp_path, "a.csv", columns[verb]), code=3)
    assert said["error"]["message"] == "a.csv holds no rows"


def test_a_roster_comes_from_a_file_and_says_who_is_on_duty(say: Say, tmp_path: Path) -> None:
    say("school", "import", written(tmp_path, "schools.csv", SCHOOLS))
    assert say("duty", "import", written(tmp_path, "duty.csv", DUTY)) == {"turns": 3, "schools": ["A", "B"]}
    only = say("duty", "list", "--school", "A")["schools"]
    assert only == [
        {
            "school_id": "A",
            "now": {"zh": "值班心理教师", "en": "the counselor on duty"},
            "turns": [
                {
                    "person": "王老师",
                    "role": "counselor",
                    "phone": "13800000001",
                    "starts_at": "2035-11-26T08:00:00+08:00",
                    "ends_at": "2035-11-26T17:00:00+08:00",
                    "note": None,
                },
                {
                    "person": "李校长",
                    "role": "deputy",
                    "phone": None,
                    "starts_at": "2035-11-26T17:00:00+08:00",
                    "ends_at": "2035-11-27T00:00:00+08:00",
                    "note": None,
                },
            ],
        }
    ]
    assert [one["school_id"] for one in say("duty", "list")["schools"]] == ["A", "B"]
    day_after = "school_id,person,role,starts_at,ends_at\nA,陈老师,counselor,2035-11-26 08:00,2035-11-26 12:00\n"
    say("duty", "import", written(tmp_path, "duty2.csv", day_after))
    with open_store(read_settings()) as store:
        assert [(span.person, span.role, span.starts_at.hour) for span in duty_in_force(store)["A"]] == [
            ("陈老师", DutyRole.COUNSELOR, 8),
            ("王老师", DutyRole.COUNSELOR, 12),
            ("李校长", DutyRole.DEPUTY, 17),
        ]
        actions = [(row.action, row.object_id) for row in audit_rows(store, 2)]
    assert actions == [("duty.imported", "A"), ("duty.read", "B")]


TURN = "school_id,person,role,starts_at,ends_at\n"
ONE = "A,x,counselor,2035-11-26 08:00,2035-11-26 12:00\n"
FAULTY_DUTY = {
    "it overlaps": (
        TURN + ONE + "A,y,counselor,2035-11-26 11:59,2035-11-26 13:00\n",
        [(3, "starts_at", "this turn and another of the same school and role overlap")],
    ),
    "it lies within": (
        TURN
        + ONE
        + "A,y,counselor,2035-11-26 09:00,2035-11-26 10:00\nA,z,counselor,2035-11-26 10:00,2035-11-26 11:00\n",
        [
            (3, "starts_at", "this turn and another of the same school and role overlap"),
            (4, "starts_at", "this turn and another of the same school and role overlap"),
        ],
    ),
    "it ends before it starts": (
        TURN + "A,x,counselor,2035-11-26 12:00,2035-11-26 08:00\n",
        [(2, "ends_at", "ends_at is before starts_at")],
    ),
    "it ends when it starts": (
        TURN + "A,x,counselor,2035-11-26 12:00,2035-11-26 12:00\n",
        [(2, "ends_at", "the turn ends when it starts")],
    ),
    "an unknown school": (
        TURN + "C,x,counselor,2035-11-26 08:00,2035-11-26 12:00\n",
        [(2, "school_id", "no school of this id is known")],
    ),
    "it is there twice": (TURN + ONE + ONE, [(3, "person", "the same turn again")]),
    "an unknown role": (
        TURN + "A,x,cook,2035-11-26 08:00,2035-11-26 12:00\n",
        [(2, "role", "an unknown code")],
    ),
    "no time of the day": (
        TURN + "A,x,counselor,2035-11-26 25:00,2035-11-27\n",
        [(2, "starts_at", "there is no such time of the day")],
    ),
    "nobody": (TURN + "A,,counselor,2035-11-26 08:00,2035-11-26 12:00\n", [(2, "person", "the cell is blank")]),
}


@pytest.mark.parametrize("fault", FAULTY_DUTY)
def test_a_turn_that_cannot_be_so_is_named_and_none_is_taken(say: Say, tmp_path: Path, fault: str) -> None:
    say("school", "import", written(tmp_path, "schools.csv", SCHOOLS))
    content, expected = FAULTY_DUTY[fault]
    said = say("duty", "import", written(tmp_path, "duty.csv", content), code=3)
    found = sorted((row, one["column"], one["what"]) for one in said["problems"] for row in one["rows"])
    assert found == expected
    assert say("duty", "list")["schools"] == []


def test_turns_that_touch_or_have_other_roles_do_not_overlap(say: Say, tmp_path: Path) -> None:
    say("school", "import", written(tmp_path, "schools.csv", SCHOOLS))
    more = "A,y,counselor,2035-11-26 12:00,2035-11-26 13:00\nA,z,deputy,2035-11-26 08:00,2035-11-26 12:00\n"
    say("duty", "import", written(tmp_path, "duty.csv", TURN + ONE + more + ONE.replace("A,x", "B,x")))


def test_the_text_names_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))
    assert run(["school", "list"]) == 0
    assert capsys.readouterr().out == "no schools; runxin school import FILE makes them known\n"
    run(["school", "import", written(tmp_path, "schools.csv", SCHOOLS)])
    run(["duty", "import", written(tmp_path, "duty.csv", DUTY)])
    capsys.readouterr()
    run(["school", "list"])
    run(["duty", "list", "--school", "A"])
    assert capsys.readouterr().out.splitlines() == [
        "A  第一中学  清江浦区  初中、高中  counselors 3  double-certified 1  room",
        "B  Second School  小学  counselors 1  double-certified 0  no room",
        "A  now: 值班心理教师 / the counselor on duty",
        "  2035-11-26 08:00 – 2035-11-26 17:00  值班心理教师  王老师  13800000001",
        "  2035-11-26 17:00 – 2035-11-27 00:00  分管校领导  李校长",
    ]


def test_the_plans_tasks_are_counted_and_name_nobody(say: Say) -> None:
    assert say("duty", "tasks") == {"schools": []}
    with open_store(read_settings()) as store:
        today = date.today()
        publish(store, [assessment("S-1")], as_of=today, at=datetime.now(UTC))
    (school,) = say("duty", "tasks", "--school", "school-01")["schools"]
    assert (school["school_id"], school["since"]) == ("school-01", today.isoformat())
    everybody = [one for one in school["duties"] if one["id"] == "D02"]
    assert [(one["open"], one["overdue"], one["share"]) for one in everybody] in ([(1, 0, None)], [])
    assert "S-1" not in str(school)
