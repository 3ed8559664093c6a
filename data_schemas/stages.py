"""Which grades and ages a stage of school has. The bounds are wide: they find a typo or another child's birth date, and
let pass who skipped a grade, repeated some, or entered late."""

from collections.abc import Iterator
from datetime import date
from math import floor

from data_schemas.codes import Stage

# Grades from first to last, counted from the first year of primary school. Where primary school takes five years,
# junior school begins with grade 6; the third year of senior school is grade 12, and some vocational courses take four.
GRADES = {Stage.PRIMARY: (1, 6), Stage.JUNIOR: (6, 9), Stage.SENIOR: (10, 12), Stage.VOCATIONAL: (10, 13)}
MOST_GRADES = 13
# 义务教育法 (2018) § 11: a child of six or seven enters grade 1, so a student is grade + 5 to grade + 7 years old.
# Grades that were skipped or repeated, and late entry, leave room on both sides.
YOUNGER, OLDER = 3, 11  # years: grade + 3 to grade + 11 is not asked about
STAGE_AGES = {Stage.PRIMARY: (4, 16), Stage.JUNIOR: (9, 19), Stage.SENIOR: (12, 23), Stage.VOCATIONAL: (12, 30)}
AGES_APART = 2  # years between the age that is given and the one from the birth date: a year passes between exports
DAYS_A_YEAR = 365.25


def contradictions(
    stage: Stage, grade: int | None, age_years: float | None, birth_date: date | None, as_of: date
) -> Iterator[tuple[str, str]]:
    """What cannot be so together, as column and words: a grade of another stage, an age that is not the birth date's,
    an age that nobody of the grade or stage has. The values are not repeated.

    It is more lenient than what a roster is asked about: 复读 is a grade 13 of senior school, and adults may begin a
    vocational course.
    """
    first, last = GRADES[stage]
    last = MOST_GRADES if stage is Stage.SENIOR else last
    if grade is not None and not first <= grade <= last:
        yield "grade", f"{stage.en} ({stage.zh}) has the grades {first} to {last}"
        return  # which of the two is wrong is not known, so no age is held against either
    born = None if birth_date is None else (as_of - birth_date).days / DAYS_A_YEAR
    if born is not None and age_years is not None and abs(floor(age_years) - floor(born)) >= AGES_APART:
        yield "age_years", "the age and the birth date are more than a year apart"
        return
    low, high = STAGE_AGES[stage]
    if grade is not None:
        low = max(low, grade + YOUNGER)
        high = high if stage is Stage.VOCATIONAL else min(high, grade + OLDER)
    for column, age in (("age_years", age_years), ("birth_date", born)):
        if age is not None and not low <= age < high + 1:
            where = f"{stage.en} ({stage.zh})" if grade is None else f"grade {grade}"
            yield column, f"an age in {where} lies from {low} to {high} years"
