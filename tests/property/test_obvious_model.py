"""The obvious model itself: histories worked out by hand, and that it stands on its own."""

import ast
import sys
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.obvious_cases import FIFTEEN, INTENT, LOW, R02, SCHOOL, TEN, after, day, on, report, screen, sheet, talk
from tests.obvious_evidence import Numbers
from tests.obvious_facts import Answered, Batched, Enrolled, Fact, Screened, Since, Withdrawn

ROOT = Path(__file__).parents[2]


def test_it_stands_on_its_own() -> None:
    """It reads the standard library and itself: nothing of the product slips into what the product is held against."""
    for file in (ROOT / "tests").glob("obvious_*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names or name.startswith("tests.obvious_"), file.name


def test_its_numbers_are_those_of_the_policy() -> None:
    policy = tomllib.loads((ROOT / "models/policy.toml").read_text("utf-8"))
    phq9 = tomllib.loads((ROOT / "data_schemas/instruments/definitions/phq9.toml").read_text("utf-8"))
    floors = {floor["tier"]: floor["when"][0]["at_least"] for floor in phq9["floors"]}
    levels = {level["at_least"]: (level["rule"], level["tier"]) for level in phq9["critical"][0]["levels"]}
    windows = policy["floor_windows"]
    assert levels == {1: ("R01", "priority"), 2: ("R02", "crisis")}
    assert (
        Numbers(
            recall_days=phq9["recall"]["days"],
            most_blank=phq9["missing"]["most"],
            watch_total=floors["watch"],
            priority_total=floors["priority"],
            modifier_total=windows["modifier_total"],
            suspension_days=windows["suspension_days"],
        )
        == Numbers()
    )


ITEM9_CASES = [
    (sheet(0), []),
    (sheet(1), ["R01:phq9:1:2026-11-18"]),
    (sheet(2), [R02]),
    (sheet(0, TEN), ["phq9-total-10:phq9:2026-11-18"]),
    (sheet(0, FIFTEEN), ["phq9-total-15:phq9:2026-11-18"]),
    (sheet(1, FIFTEEN), ["R02:phq9:1:2026-11-18", "phq9-total-15:phq9:2026-11-18"]),
    (sheet(None, TEN), ["R19:phq9:2026-11-18", "phq9-total-10:phq9:2026-11-18"]),
    (sheet(None, (1,) * 8), []),
    (sheet(None, (None,) * 8), []),
    (sheet(2, (None,) * 8), [R02]),
    (
        sheet(3, FIFTEEN, received_at=on(18, 10) + timedelta(days=14)),
        ["R02:phq9:3:2026-11-18", "phq9-total-15:phq9:2026-11-18"],
    ),
    (sheet(3, FIFTEEN, at=3, received_at=on(18, 10)), ["R02:phq9:3:2026-11-03"]),
]


@pytest.mark.parametrize(("given", "keys"), ITEM9_CASES)
def test_what_a_sheet_opens(given: Answered, keys: list[str]) -> None:
    said = after(given, Screened(datetime(2026, 12, 10), "run-late", date(2026, 12, 10), (SCHOOL,)), at=datetime.max)
    assert said["open"] == keys


def test_a_sheet_past_its_recall_window_is_looked_at_without_a_clock_of_minutes() -> None:
    said = after(sheet(3, at=3, received_at=on(18, 10)), screen(26))
    assert "history" in said["queues"]
    assert "check" not in said["queues"]


def test_a_skipped_item_9_is_asked_whatever_the_total() -> None:
    blank = sheet(None, LOW)
    assert after(blank, screen(26))["asks"] == [day(18)]
    assert after(blank, screen(26), talk(27, 0))["asks"] == []
    assert after(sheet(None, (None,) * 8), screen(26))["asks"] == [], "a form that was never opened is nobody's sheet"


REPORT_CASES = [
    ("self_harm", {}, "priority", "R10"),
    ("suicide_attempt", {}, "crisis", "R10"),
    ("suicide_means", {}, "crisis", "R11"),
    ("neglect_suspected", {}, "crisis", "R12"),
    ("bullying_serious", {}, "priority", "R13"),
    ("threat_to_others_concrete", {}, "crisis", "R14"),
    ("manual", {}, "watch", "R20"),
    ("manual", {"tier": "routine"}, "watch", "R20"),
    ("manual", {"tier": "crisis"}, "crisis", "R20"),
]


@pytest.mark.parametrize(("kind", "fields", "tier", "rule"), REPORT_CASES)
def test_what_a_report_opens(kind: str, fields: dict[str, str], tier: str, rule: str) -> None:
    said = after(report(kind, **fields))
    assert (said["tier"], said["source"], said["confirmed"]) == (tier, "floor", False)
    assert said["open"] == [f"{rule}:{kind}:2026-11-20"]
    assert said["protected"] == (rule == "R12")


def test_of_two_words_of_a_day_the_higher_holds() -> None:
    words = [report("manual", tier="priority"), report("manual", hour=16, source="parent")]
    assert after(*words)["tier"] == "priority"


def test_serious_bullying_with_suicidality_is_crisis() -> None:
    key = "R13:bullying_serious:2026-11-20"
    assert after(report("self_harm", at=19), report("bullying_serious"))["tiers"][key] == "crisis"


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ([report("suicide_attempt", at=10)], "R02"),
        ([report("suicide_attempt", at=25)], "R01"),
        ([Enrolled(on(3), "Q", SCHOOL, suspended=((day(10), None),))], "R02"),
        ([Enrolled(on(3), "Q", SCHOOL, suspended=((day(19), None),))], "R01"),
        ([Enrolled(on(3), "Q", SCHOOL, suspended=((date(2025, 1, 1), date(2025, 6, 1)),))], "R01"),
    ],
    ids=["an attempt before", "an attempt after", "suspended", "suspended after", "long ago"],
)
def test_what_weighs_on_item_9_is_what_was_before_it(more: list[Fact], rule: str) -> None:
    said = after(*more, screen(17), sheet(1), screen(26))
    assert f"{rule}:phq9:1:2026-11-18" in said["open"]


def test_the_same_evidence_filed_again_neither_reopens_nor_restarts() -> None:
    again = sheet(2, door="api", at=18, received_at=on(25))
    open_before, open_after = after(sheet(2), screen(19)), after(sheet(2), screen(19), again, screen(26))
    assert open_before["clocks"] == open_after["clocks"] == {R02: Since(day(18), on(18, 10))}
    assert after(sheet(2), screen(19), talk(20, 1, "I1 I2"), again, screen(26))["open"] == []


def test_a_stranger_is_never_a_student_of_that_id_elsewhere() -> None:
    """One id at two schools: neither school's talk closes what the other has filed."""
    wrong = [report("suicide_intent", school=school, door="api") for school in ("sch-2", "sch-x")]
    other_talk = talk(21, 0, "I1 I2", school="sch-2")
    said = after(report("suicide_intent"), *wrong, other_talk)
    assert (said["open"], said["known"]) == ([INTENT], True)
    assert after(*wrong, other_talk, student="Q", school="sch-2")["open"] == []
    stranger = after(*wrong, other_talk, student="Q", school="sch-x")
    assert (stranger["open"], stranger["queues"]) == ([INTENT], {"identity"})


def test_a_stranger_who_is_enrolled_later_keeps_the_clock() -> None:
    early = report("suicide_intent", student="Z")
    before = after(early, student="Z")
    said = after(early, Enrolled(on(22), "Z", SCHOOL), screen(23), student="Z")
    assert (before["queues"], before["known"]) == ({"identity"}, False)
    assert (said["queues"], said["clocks"]) == ({"check", "list"}, {INTENT: Since(day(20), on(20, 15))})


def test_danger_of_one_who_left_is_on_a_list() -> None:
    gone = Enrolled(on(3), "Q", SCHOOL, left_on=day(4))
    said = after(gone, sheet(3), screen(26))
    assert (said["open"], said["queues"]) == (["R02:phq9:3:2026-11-18"], {"identity"})
    moved = [gone, screen(5), report("suicide_intent"), Enrolled(on(21), "Q", "sch-2"), screen(26, ("sch-2",))]
    said = after(*moved)
    assert (said["school"], said["open"]) == ("sch-2", [INTENT]), "a transfer keeps what is open"


def test_an_id_at_two_schools_is_asked_about() -> None:
    twice = [Enrolled(on(3), "Q", "sch-2"), screen(4, ("sch-2",)), report("suicide_intent")]
    said = after(*twice, talk(21, 0, "I1 I2", school="sch-2"), school=SCHOOL)
    assert said["open"] == [INTENT]
    assert "identity" in said["queues"]


def test_a_run_that_is_withdrawn_takes_its_scores_along_and_no_evidence() -> None:
    facts = [screen(17, model=(("Q", 1),)), sheet(1), screen(26, model=(("Q", 3),))]
    assert after(*facts, talk(27, 0))["tier"] == "priority", "a model alone never says 危机"
    said = after(*facts, Withdrawn(on(27), "run-26"))
    assert said["open"] == ["R01:phq9:1:2026-11-18"]
    assert after(*facts, Withdrawn(on(27), "run-26"), talk(28, 0))["tier"] == "watch"


def test_what_is_in_files_counts_from_the_screening_that_could_know_it() -> None:
    late = sheet(2, received_at=on(21, 9))
    assert after(late, at=on(26))["open"] == []
    assert after(late, screen(20), at=on(26))["open"] == []
    assert after(late, Screened(on(26), "run-back", day(20), (SCHOOL,)))["open"] == [], "the run looks back"
    assert after(late, screen(20), screen(26))["clocks"] == {R02: Since(day(21), on(21, 9))}


def test_one_student_twice_in_a_batch() -> None:
    both = (report("suicide_intent"), sheet(0, door="api", at=20))
    assert after(Batched(on(20), both))["tier"] == "crisis"


def test_a_suspended_student_is_shown_as_one_and_stays_a_check() -> None:
    away = Enrolled(on(3), "Q", SCHOOL, suspended=((day(10), None),))
    assert after(away, screen(17))["queues"] == {"suspended"}
    assert after(away, screen(17), report("suicide_intent"))["queues"] == {"suspended", "check", "list"}
    back = Enrolled(on(3), "Q", SCHOOL, suspended=((day(10), day(16)),))
    assert after(back, screen(17))["queues"] == frozenset()
