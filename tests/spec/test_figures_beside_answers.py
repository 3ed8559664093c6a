"""R19 of figures that came without their answers, or beside them: what was left blank, and what nobody knows."""

from datetime import date

import pytest

from data_schemas.instruments import packaged_instruments
from tests.students import AS_OF, by_rules, days_before, open_floors, sheet, student

KNOWN = packaged_instruments()


def half_high(code: str) -> list[int | None]:
    """Answers of a sheet of which the critical items alone are at their lowest."""
    known = KNOWN[code]
    low, high = known.coding.low, known.coding.high
    spared = {one.item for one in known.critical}
    return [
        (low if item in known.turned else high) if item not in spared else low for item in range(1, known.items + 1)
    ]


def total_of(code: str, answers: list[int | None]) -> float:
    (one,) = by_rules(student(responses=[sheet(code, answers)])).instruments
    assert one.total is not None
    return one.total


WITH_CRITICAL = [code for code, one in KNOWN.items() if one.critical and one.form == "items" and not one.branches]


@pytest.mark.parametrize("code", WITH_CRITICAL)
def test_nothing_was_left_blank_of_figures_whose_answers_came_as_well(code: str) -> None:
    """R19 and the errand to ask in person: of a total beside its answers both are told by the answers."""
    answers, day = half_high(code), AS_OF
    total = total_of(code, answers)

    def asked(value: float, items: list[int | None], on: date = day, received: date = AS_OF) -> tuple[bool, bool]:
        row = {"instrument": code, "scale": "total", "value": value, "administered_on": day}
        said = by_rules(student(responses=[sheet(code, items, on=on, received=received)], scores=[row]))
        return "R19" in {one.id for one in said.floors}, "critical_blank" in {
            one.why for one in said.data_quality.retest
        }

    assert asked(total, answers) == (False, False)
    lower = KNOWN[code].coding.low
    graver = [
        lower if item not in KNOWN[code].turned else KNOWN[code].coding.high for item in range(1, len(answers) + 1)
    ]
    assert asked(total, [*graver]) == (True, True), "a graver total may be of another sheet"
    assert asked(total, answers, on=days_before(1)) == (True, True), "the sheet of another day says nothing of this one"
    blank = [
        None if item in {one.item for one in KNOWN[code].critical} else a for item, a in enumerate(answers, start=1)
    ]
    assert asked(total, blank) == (True, True), "it was left blank"


def test_answers_that_come_in_later_take_nothing_back_before() -> None:
    answers = half_high("phq9")
    row = {"instrument": "phq9", "scale": "total", "value": 24.0, "administered_on": days_before(5)}
    late = student(responses=[sheet("phq9", answers, on=days_before(5), received=days_before(1))], scores=[row])
    assert "R19" not in open_floors(late)
    assert "R19" in {one.id for one in by_rules(late, days_before(2)).floors}


def test_of_figures_alone_nobody_is_said_to_have_left_anything_blank() -> None:
    row = {"instrument": "phq9", "scale": "total", "value": 12.0, "administered_on": AS_OF}
    said = open_floors(student(scores=[row]))["R19"]
    assert said.text.zh == f"PHQ-9 只有总分 12 分（{AS_OF}），第9题的作答未知，需当面询问"
    assert said.text.en == f"PHQ-9 came as figures alone, 12 ({AS_OF}), and item 9 is not known; to be asked in person"
