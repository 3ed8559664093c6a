"""`runxin screen`, `list`, `key`, `user` and `names`, from a dataset folder to a list."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from data_schemas.dataset import read_dataset
from data_schemas.school_days import Calendars
from data_schemas.synthetic import make_city, write_city
from models import read_policy, save_artifact
from models.champions import Move, Served, add_move
from models.triage import BY_CODE, present_of
from runxin.cli.main import run
from runxin.settings import read_settings
from serving.screening import may_rank
from serving.store import audit_rows, duty_in_force, facts_of, history_of, listed_ids, open_store
from tests.api_state import artifact

Say = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city") / "city"
    write_city(make_city(300, seed=7), folder)
    return folder


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a verb with --json: its exit code and the last line of stdout."""
    monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / "home"))

    def call(*arguments: str) -> tuple[int, dict[str, Any]]:
        code = run([*arguments, "--json"])
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    return call


def schools_known(say: Say, folder: Path, *schools: str) -> None:
    file = folder / "schools.csv"
    file.write_text("school_id,name\n" + "".join(f"{school},{school}\n" for school in schools), "utf-8")
    assert say("school", "import", str(file))[0] == 0


def test_screening_publishes_once_and_the_list_shows_it(say: Say, city: Path, tmp_path: Path) -> None:
    code, done = say("screen", str(city), "--as-of", "2026-04-03")
    assert code == 0
    assert done["published"] is True
    assert done["model"]["status"] == "none"
    assert sum(done["tiers"].values()) == done["students"] > 250
    assert done["synthetic"] is True
    assert done["later"] == {}
    assert say("screen", str(city), "--as-of", "2026-04-03") == (0, {**done, "published": False, "opened": 0})
    code, shown = say("list", "--limit", "3")
    assert code == 0
    lists = shown["lists"]
    assert len(lists) == done["schools"]
    assert {(one["run_id"], one["as_of"]) for one in lists} == {(done["run_id"], "2026-04-03")}
    assert sum(one["enrolled"] for one in lists) == done["students"]
    counts = {code: sum(one["tier_counts"][code] for one in lists) for code in done["tiers"]}
    assert all(counts[code] <= students for code, students in done["tiers"].items())
    assert 0 < done["students"] - sum(counts.values()) <= len(lists), "a count tells nothing of whoever is blind"
    queues = [queue for one in lists for queue in one["queues"]]
    assert {queue["code"] for queue in queues} == set(BY_CODE)
    assert all(len(queue["entries"]) <= 3 for queue in queues if not BY_CODE[queue["code"]].never_cut)
    assert all(len(queue["entries"]) == queue["count"] for queue in queues if BY_CODE[queue["code"]].never_cut)
    file = tmp_path / "list.xlsx"
    assert say("list", "--xlsx", str(file), "--lang", "en", "--as-of", "2026-04-03")[0] == 0
    assert load_workbook(file).worksheets[0].cell(1, 1).value == "synthetic data"
    with open_store(read_settings()) as store:
        assert [event.action for event in audit_rows(store)] == ["list.read"] * 4 + ["run.published"]


def test_the_table_names_the_line_and_no_student(say: Say, city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say("screen", str(city), "--as-of", "2026-04-03")
    names = city.with_name("city.names.csv")
    assert say("names", str(names)) == (0, {"names": 300, "unshown": []})
    assert run(["list"]) == 0
    text = capsys.readouterr().out
    assert "筛查结果不是诊断，仅供心理教师安排访谈，须经人工确认" in text
    assert "人本周未安排" in text
    assert "合成数据" in text
    first = names.read_text("utf-8-sig").splitlines()[1].split(",")[1]
    assert first not in text


def test_one_school_of_many_and_none_of_them(say: Say, city: Path) -> None:
    code, told = say("list")
    assert (code, told["error"]["kind"]) == (2, "not-found")
    code, told = say("screen", str(city), "--as-of", "2026-04-03", "--school", "school-99")
    assert (code, told["error"]["kind"]) == (2, "usage")
    code, told = say("screen", str(city), "--as-of", "2010-04-05")
    assert (code, told["error"]["kind"]) == (3, "bad-data")
    assert say("screen", str(city), "--as-of", "2026-04-03", "--school", "school-01")[0] == 0
    assert say("list", "--school", "school-01")[0] == 0
    code, told = say("list", "--school", "school-02")
    assert (code, told["error"]["kind"]) == (2, "usage"), "nothing has made that school known"


def test_another_calendar_is_another_screening_and_a_faulty_one_is_refused(
    say: Say, city: Path, tmp_path: Path
) -> None:
    _, before = say("screen", str(city), "--as-of", "2026-04-03")
    folder = tmp_path / "home" / "calendar"
    folder.mkdir(parents=True)
    (folder / "breaks.csv").write_text("school_id,starts_on,ends_on\n,2026-03-30,2026-03-31\n", "utf-8")
    code, after = say("screen", str(city), "--as-of", "2026-04-03")
    assert code == 0
    assert after["published"] is True
    assert after["run_id"] != before["run_id"]
    (folder / "breaks.csv").write_text("school_id,starts_on,ends_on\n,2026-08-03,2026-08-04\n", "utf-8")
    code, refused = say("screen", str(city), "--as-of", "2026-04-03")
    assert code == 3
    problem = refused["problems"][0]
    assert (problem["file"], problem["row"], problem["column"]) == ("breaks.csv", 2, "starts_on")
    assert "the nearest runs from 2026-09-01 to 2027-01-25" in problem["what"]


def test_a_model_that_cannot_be_read_leaves_the_rules_in_force(say: Say, city: Path, tmp_path: Path) -> None:
    champion = tmp_path / "home" / "champion"
    champion.mkdir(parents=True)
    (champion / "manifest.json").write_text("{}", "utf-8")
    code, done = say("screen", str(city), "--as-of", "2026-04-03")
    assert (code, done["model"]["status"], done["published"]) == (5, "unavailable", True), "a scheduler has to see it"
    assert say("list")[1]["lists"][0]["run_id"] == done["run_id"]
    assert done["floors"]
    assert "cannot be read" in done["note"]


def test_a_promoted_model_that_is_gone_is_no_success(say: Say, city: Path, tmp_path: Path) -> None:
    served = Served(version="1", sha256="0" * 64, data_origin="local")
    history = tmp_path / "home" / "promotions" / "history.jsonl"
    add_move(history, Move(action="promote", champion=served, before=None, at="2026-03-01T10:00:00+08:00"))
    code, done = say("screen", str(city), "--as-of", "2026-04-03")
    assert (code, done["model"]["status"], done["published"]) == (5, "unavailable", True)
    assert "not there any more" in done["note"]


def test_a_model_of_the_same_origin_ranks_and_another_does_not(say: Say, city: Path, tmp_path: Path) -> None:
    champion = tmp_path / "home" / "champion"
    save_artifact(artifact("1", "local"), champion)
    code, done = say("screen", str(city), "--as-of", "2026-04-03")
    assert (code, done["model"]["status"]) == (0, "none")
    assert done["note"] == "a local model may not rank synthetic students: safety rules alone decide"
    shutil.rmtree(champion)
    save_artifact(artifact("2", "synthetic"), champion)
    code, ranked = say("screen", str(city), "--as-of", "2026-04-03")
    assert (code, ranked["published"]) == (0, True)
    assert (ranked["model"]["status"], ranked["model"]["version"]) == ("ok", "2")
    assert ranked["note"] == "a synthetic model ranks synthetic students: for demonstration only"
    assert ranked["floors"] == done["floors"], "floors do not hang on the model"
    assert say("list")[1]["lists"][0]["model"]["version"] == "2"


@pytest.mark.parametrize("trained_on", ["local", "synthetic", "foreign"])
@pytest.mark.parametrize("students", ["local", "synthetic", "foreign"])
def test_a_model_ranks_students_of_its_own_origin_only(trained_on: str, students: str) -> None:
    assert may_rank(trained_on, students) is (trained_on == students)


def test_keys_are_made_shown_once_and_revoked(say: Say, tmp_path: Path) -> None:
    schools_known(say, tmp_path, "A", "B")
    code, made = say("key", "create", "--client", "city", "--scopes", "score,explain", "--scopes", "list model")
    assert code == 0
    assert made["key"].startswith("rx_")
    assert (made["client"], made["scopes"], made["schools"]) == ("city", ["score", "explain", "list", "model"], None)
    code, told = say("key", "create", "--client", "city", "--scopes", "score,admin")
    assert (code, told["error"]["kind"]) == (2, "usage")
    assert "score, explain, list, model, dry_run" in told["error"]["fix"]
    code, listed = say("key", "list")
    assert [key["key_id"] for key in listed["keys"]] == [made["key_id"]]
    assert made["key"] not in json.dumps(listed)
    assert say("key", "revoke", made["key_id"]) == (0, {"key_id": made["key_id"], "revoked": True})
    assert say("key", "revoke", made["key_id"])[0] == 2
    narrow = say("key", "create", "--client", "app", "--scopes", "list", "--school", "A", "--school", "B")[1]
    assert narrow["schools"] == ["A", "B"]


def test_users_are_made_with_a_link_and_no_password(say: Say, tmp_path: Path) -> None:
    schools_known(say, tmp_path, "school-01")
    code, made = say("user", "create", "wang", "--role", "counselor", "--school", "school-01")
    assert code == 0
    assert (made["username"], made["role"], made["schools"]) == ("wang", "counselor", ["school-01"])
    assert made["link"].startswith("http://127.0.0.1:3000/sign-in?link=")
    again = say("user", "link", "wang")[1]
    assert again["link"] != made["link"]
    assert say("user", "link", "nobody")[0] == 2
    code, told = say("user", "create", "li", "--role", "teacher")
    roles = "the roles are counselor, supervisor, principal, staff, bureau, administrator"
    assert (code, told["error"]["fix"]) == (2, roles)
    told = say("user", "create", "li", "--role", "principal")[1]
    assert told["error"]["message"] == "a principal needs at least one school"
    assert say("user", "create", "zhou", "--role", "bureau", "--school", "school-01")[0] == 2
    assert say("user", "create", "zhou", "--role", "bureau")[1]["schools"] == []
    row, _ = say("user", "list")[1]["users"]
    assert (row["username"], row["has_password"]) == ("wang", False)


def test_names_that_cannot_be_read_are_refused(say: Say, tmp_path: Path) -> None:
    code, told = say("names", str(tmp_path / "none.csv"))
    assert (code, told["error"]["kind"]) == (3, "bad-data")


def test_a_second_screening_says_what_changed_since_the_first(say: Say, city: Path) -> None:
    home = read_settings()
    save_artifact(artifact(origin="synthetic"), home.champion)
    assert say("screen", str(city), "--as-of", "2026-03-06")[0] == 0
    assert say("screen", str(city), "--as-of", "2026-04-03")[0] == 0
    with open_store(home) as store:
        students = [str(student) for student in read_dataset(city).students["student_id"]]
        changed = 0
        for student in students:
            history = history_of(store, student)
            if len(history) < 2 or history[1].change is None:
                continue
            change, first, second = history[1].change, *history[:2]
            parts = sum(change.records.values()) + sum(change.time.values()) + change.model
            assert parts == pytest.approx(change.margin, abs=1e-9)
            assert first.margin is not None
            assert change.margin == pytest.approx(second.margin - first.margin, abs=1e-9)
            assert change.model == pytest.approx(0.0, abs=1e-9), "the same model"
            assert change.since == first.as_of
            changed += abs(change.margin) > 0.01
        assert changed > 20
        assert all(one.change is None for student in students[:50] for one in history_of(store, student)[:1])


def test_a_screening_of_a_day_to_come_is_refused(say: Say, city: Path) -> None:
    code, told = say("screen", str(city), "--as-of", "2030-01-15")
    assert (code, told["error"]["kind"], told["error"]["message"]) == (2, "usage", "2030-01-15 has not come yet")
    assert say("list")[0] == 2, "nothing was published"


def test_a_screening_that_is_not_in_force_says_so_and_one_may_be_taken_back(say: Say, city: Path) -> None:
    first, wrong = (say("screen", str(city), "--as-of", day)[1] for day in ("2026-03-06", "2026-04-03"))
    assert (first["in_force"], wrong["in_force"]) == (True, True)
    late = say("screen", str(city), "--as-of", "2026-02-27")[1]  # a list of a later day is in force
    assert (late["in_force"], len(late["behind"]), first["behind"]) == (False, late["schools"], [])
    code, told = say("withdraw", wrong["run_id"])
    assert (code, told["error"]["message"]) == (2, "why is it withdrawn?")
    assert say("withdraw", wrong["run_id"], "--reason", "the wrong file", "--by", "wang") == (
        0,
        {"run_id": wrong["run_id"], "withdrawn": True},
    )
    assert {one["run_id"] for one in say("list")[1]["lists"]} == {first["run_id"]}
    assert say("withdraw", wrong["run_id"], "--reason", "again")[1]["withdrawn"] is False
    assert say("withdraw", "0" * 16, "--reason", "x")[1]["error"]["kind"] == "not-found"
    again = say("screen", str(city), "--as-of", "2026-04-03")[1]
    assert (again["published"], again["in_force"]) == (True, True), "to screen again is another run"
    assert again["run_id"] != wrong["run_id"]
    assert say("screen", str(city), "--as-of", "2026-04-03")[1]["published"] is False
    with open_store(read_settings()) as store:
        events = [event for event in audit_rows(store) if event.action == "run.withdrawn"]
    (said,) = [(one.actor[:10], one.object_id, one.detail) for one in events]
    assert said == ("wang (cli:", wrong["run_id"], "the wrong file")


def test_schools_and_duty_of_a_dataset_are_kept_as_an_import_would(say: Say, city: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    shutil.copytree(city, told)
    (told / "schools.csv").write_text("school_id,name\nschool-01,第一中学\nschool-99,他校\n", "utf-8")
    turns = "school_id,person,role,starts_at,ends_at\n"
    turns += "school-01,王老师,counselor,2026-04-03 08:00,2026-04-03 17:00\n"
    (told / "duty.csv").write_text(turns, "utf-8")
    assert say("screen", str(told), "--as-of", "2026-04-03")[0] == 0
    listed = say("school", "list")[1]["schools"]
    assert {one["school_id"]: one["name"] for one in listed}["school-01"] == "第一中学"
    assert "school-99" not in {one["school_id"] for one in listed}, "nobody of it was screened"
    with open_store(read_settings()) as store:
        assert [one.person for one in duty_in_force(store)["school-01"]] == ["王老师"]


def evidence_open(home: Path, day: date) -> dict[tuple[str, str], bool]:
    with open_store(read_settings({"RUNXIN_HOME": str(home)})) as store:
        ids = listed_ids(store, "school-01", day)
        facts = facts_of(store, ids, day)
        found = present_of(list(facts.values()), read_policy(), Calendars().default)
    return {(one.student_id, piece.piece.key): piece.is_open for one in found for piece in one.evidence}


def test_an_earlier_screening_of_the_same_dataset_leaves_no_other_evidence_open(
    say: Say, city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What became known after an earlier day is kept by the later screening, so that its talks close what they saw."""
    day, found = date(2026, 4, 3), {}
    for name, days in {"one": ("2026-04-03",), "two": ("2025-11-07", "2026-04-03")}.items():
        monkeypatch.setenv("RUNXIN_HOME", str(tmp_path / name))
        for as_of in days:
            assert say("screen", str(city), "--as-of", as_of)[0] == 0
        found[name] = evidence_open(tmp_path / name, day)
    assert set(found["one"].values()) == {True, False}
    assert found["one"].items() <= found["two"].items()
