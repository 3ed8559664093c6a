"""What share of a wave a floor would flag, before it is switched on."""

from datetime import date, timedelta

from models import records_of_requests
from models.flag_rates import FlagRate, flag_rates
from runxin.cli import instrument_rates
from tests.students import AS_OF, POLICY, Request, eight, phq9, sheet, student


def rates(requests: list[Request], **more: bool) -> dict[str, FlagRate]:
    return {rate.floor: rate for rate in flag_rates(records_of_requests(requests), POLICY, **more)}


def pupils(count: int, high: int, on: date = AS_OF, sex: str = "female") -> list[Request]:
    """So many pupils with a sheet of PHQ-9, `high` of them at 12."""
    return [
        student(f"{sex}-{n}", sex=sex, responses=[phq9(0, eight(12 if n < high else 3), on=on)]) for n in range(count)
    ]


def test_shares_overall_and_by_stage_and_sex() -> None:
    found = rates([*pupils(10, 4), *pupils(10, 1, sex="male")])["phq9-total-10"]
    assert (found.overall.flagged, found.overall.screened) == (5, 20)
    assert {key: share.value for key, share in found.groups.items()} == {
        ("junior", "female"): 0.4,
        ("junior", "male"): 0.1,
    }
    assert found.too_many, "25 % is more than the limit of 15 %"
    assert found.expected[0].share > 0


def test_single_answers_and_floors_that_are_off_are_shown_too() -> None:
    off = POLICY.model_copy(
        update={"floors": POLICY.floors.model_copy(update={"R06": False, "off": ("mht-total-65",)})}
    )
    answers = [0] * 84 + [1] + [0] * 15
    requests = [student("a", responses=[sheet("mht", answers)]), student("b", responses=[sheet("mht", [0] * 100)])]
    found = {rate.floor: rate for rate in flag_rates(records_of_requests(requests), off)}
    assert found["R06"].overall.value == 0.5
    assert not found["R06"].switched_on
    assert not found["mht-total-65"].switched_on
    assert found["mht-total-65"].overall.value == 0.0
    assert found["mht-subscales-8"].switched_on


def test_the_newest_wave_alone_or_all_of_them() -> None:
    before = pupils(4, 4, on=AS_OF - timedelta(days=150))
    now = pupils(8, 1, sex="male")
    assert rates([*before, *now])["phq9-total-10"].overall.screened == 8
    every = [
        r
        for r in flag_rates(records_of_requests([*before, *now]), POLICY, every_wave=True)
        if r.floor == "phq9-total-10"
    ]
    assert [(rate.overall.value, rate.wave_from) for rate in every] == [(1.0, "2025-11-04"), (0.125, "2026-04-03")]


def test_a_student_with_two_sheets_counts_once() -> None:
    twice = student("a", responses=[phq9(0, eight(12)), phq9(0, eight(3), on=AS_OF - timedelta(days=2))])
    assert rates([twice])["phq9-total-10"].overall.flagged == 1
    assert rates([twice])["phq9-total-10"].overall.screened == 1


def test_a_floor_that_flags_too_many_says_to_look_at_the_coding_first() -> None:
    found = rates([*pupils(10, 4), *pupils(10, 1, sex="male")])["phq9-total-10"]
    text = instrument_rates._text([found], 0.15)
    assert "MORE THAN 15%: first see with `runxin check` whether its answers are coded as declared" in text
    assert instrument_rates._payload(found)["look_first"] == instrument_rates.LOOK_FIRST
