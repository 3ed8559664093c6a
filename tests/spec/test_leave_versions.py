"""Leave of one day in several records: halves that add up, the same half said twice, and a record that was changed."""

from datetime import date

import pytest

from tests.spec.test_leave_features import features
from tests.students import Row, by_rules, leave, student

TUESDAY = date(2026, 3, 24)
MONDAY, TENTH, LAST = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 20)
ASKED = date(2026, 3, 8)


def half(kind: str = "sick", **more: object) -> Row:
    return leave(TUESDAY, TUESDAY, kind, half_days=1, **more)


def days(*rows: Row, as_of: date = date(2026, 3, 31)) -> float:
    (forwards, backwards) = (features(*found, as_of=as_of)["leave_days_60"] for found in (rows, rows[::-1]))
    assert forwards == backwards, "in whatever order the rows stand"
    return forwards


def test_two_halves_of_one_day_are_one_day() -> None:
    assert days(half(), half("personal")) == 1
    assert days(half(), half("personal"), leave(TUESDAY, TUESDAY, "unexcused")) == 1, "and never more"


def test_the_same_half_twice_is_half_a_day() -> None:
    assert days(half(), half()) == 0.5
    assert days(half(), half(recorded_on=date(2026, 3, 26))) == 0.5
    assert days(half(reason_code="fever"), half(reason_code="respiratory")) == 0.5


def test_leave_that_a_later_record_shortened_counts_as_shortened() -> None:
    asked, back = leave(MONDAY, LAST, recorded_on=ASKED), leave(MONDAY, TENTH, recorded_on=date(2026, 3, 11))
    assert days(asked, back) == 2
    assert days(asked, back, as_of=TENTH) == 2, "two of the ten have passed"
    assert days(asked, leave(MONDAY, TENTH, recorded_on=date(2026, 3, 30)), as_of=date(2026, 3, 27)) == 10


def test_leave_that_a_later_record_prolonged_counts_as_prolonged() -> None:
    assert days(leave(MONDAY, TENTH, recorded_on=ASKED), leave(MONDAY, LAST, recorded_on=MONDAY)) == 10


def test_of_two_records_of_one_day_that_nobody_can_put_in_order_the_longer_one_counts() -> None:
    assert days(leave(MONDAY, TENTH, recorded_on=ASKED), leave(MONDAY, LAST, recorded_on=ASKED)) == 10


@pytest.mark.parametrize(("reason", "other_sick"), [("fever", 0), ("other", 2)])
def test_a_replaced_record_no_longer_says_what_the_leave_was_for(reason: str, other_sick: int) -> None:
    said = leave(MONDAY, TENTH, recorded_on=ASKED)
    found = features(said, leave(MONDAY, TENTH, reason_code=reason, recorded_on=TENTH), as_of=TUESDAY)
    assert found["nonresp_sick_days_60"] == other_sick


@pytest.mark.parametrize("recorded", [ASKED, TENTH], ids=["the same day", "later"])
def test_leave_that_was_withdrawn_was_never_taken(recorded: date) -> None:
    asked = leave(MONDAY, LAST, recorded_on=ASKED)
    assert days(asked, leave(MONDAY, LAST, half_days=0, recorded_on=recorded)) == 0
    assert days(asked, leave(MONDAY, None, half_days=0, recorded_on=recorded)) == 0, "with no end named again"
    assert days(leave(MONDAY, LAST, half_days=0, recorded_on=ASKED), leave(MONDAY, LAST, recorded_on=TENTH)) == 10


def test_leave_that_was_asked_for_again_on_the_day_of_its_withdrawal_stands() -> None:
    asked, gone = leave(MONDAY, TENTH, recorded_on=ASKED), leave(MONDAY, TENTH, half_days=0, recorded_on=ASKED)
    assert days(asked, gone, asked) == 2
    assert days(asked, gone, asked, gone) == 0


def test_a_withdrawal_takes_back_no_other_leave() -> None:
    gone = leave(MONDAY, LAST, half_days=0, recorded_on=TENTH)
    assert days(half(), gone) == 0.5
    assert days(leave(MONDAY, LAST, recorded_on=ASKED), gone, as_of=date(2026, 3, 9)) == 1, "as was known then"
    assert days(leave(MONDAY, TENTH, "personal", recorded_on=ASKED), gone) == 2, "of another kind"


@pytest.mark.parametrize("kind", ["late", "early"])
@pytest.mark.parametrize("recorded", [TUESDAY, date(2026, 3, 25)], ids=["the same day", "later"])
def test_a_mark_of_lateness_that_was_withdrawn_does_not_count(kind: str, recorded: date) -> None:
    mark = leave(TUESDAY, TUESDAY, kind)
    gone = leave(TUESDAY, TUESDAY, kind, half_days=0, recorded_on=recorded)
    other = "early" if kind == "late" else "late"
    assert [features(*rows)["late_early_20"] for rows in ([mark], [mark, gone], [gone, mark])] == [1, 0, 0]
    assert features(mark, gone, leave(TUESDAY, TUESDAY, other))["late_early_20"] == 1, "the other mark stands"
    assert features(gone, leave(TUESDAY, TUESDAY, kind, recorded_on=date(2026, 3, 26)))["late_early_20"] == 1


AWAY = leave(MONDAY, TENTH, "suspension", recorded_on=ASKED)
NEVER = {**AWAY, "half_days": 0, "recorded_on": TENTH}
OF_SUSPENSION = ("suspensions", "suspended_365", "days_past_suspension")


@pytest.mark.parametrize("gone", [NEVER, {**NEVER, "recorded_on": ASKED}], ids=["later", "the same day"])
def test_a_suspension_that_was_withdrawn_neither_was_nor_ended(gone: Row) -> None:
    found = [[features(*rows)[name] for name in OF_SUSPENSION] for rows in ([AWAY], [AWAY, gone], [gone, AWAY], [gone])]
    assert found == [[1, 1, 24], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    again = {**AWAY, "recorded_on": LAST}
    assert [features(AWAY, gone, again)[name] for name in OF_SUSPENSION] == [1, 1, 24], "told anew"
    assert [features(AWAY, NEVER, as_of=MONDAY)[name] for name in OF_SUSPENSION][:2] == [1, 1], "as was known then"


def test_behind_a_suspension_that_was_withdrawn_the_earlier_one_is_over() -> None:
    earlier = leave(date(2025, 11, 3), date(2025, 11, 28), "suspension", recorded_on=date(2025, 11, 3))
    assert features(earlier, AWAY, NEVER)["days_past_suspension"] == features(earlier)["days_past_suspension"] > 24


def test_a_return_that_was_withdrawn_ends_no_suspension() -> None:
    going = {**AWAY, "end_on": None}
    back = leave(LAST, LAST, "resumption", recorded_on=LAST)
    gone = {**back, "half_days": 0, "recorded_on": date(2026, 3, 23)}
    for rows, returned, away in (([back], 1, False), ([back, gone], 0, True)):
        assert features(going, *rows)["resumed_90"] == returned
        assert (by_rules(student(leaves=[going, *rows])).suspended_since is not None) == away
