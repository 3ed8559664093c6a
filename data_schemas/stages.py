"""Which grades and ages a stage of school has. Grades are counted through: 1 to 6 小学, 7 to 9 初中, 10 to 12 高中.

义务教育法（2018 修正）第十一条: children enter at six, at seven where conditions are lacking. The bounds here are wide:
they find a typo or another child's birth date, and let pass who skipped a grade, repeated some, or entered late.
"""

from collections.abc import Iterator
from datetime import date

from data_schemas.codes import Stage

# With the five-four system 初中 begins in grade 6; grade 13 is 复读 or a fourth year of a vocational school.
GRADES = {
    Stage.PRIMARY: (1, 6),
    Stage.JUNIOR: (6, 9),
    Stage.SENIOR: (10, 13),
    Stage.VOCATIONAL: (10, 13),
}
YOUNGEST_OVER_GRADE = 3  # entered at six and skipped two grades
OLDEST_OVER_GRADE = 12  # entered at seven, and five years more
OLDEST = 30
DAYS_A_YEAR = 365.25
APART = 1.0  # years by which an age that was told may differ from the birth date's


def age_on(birth_date: date, day: date) -> float:
    """Age in years."""
    return (day - birth_date).days / DAYS_A_YEAR


def contradictions(
    stage: Stage, grade: int | None, age_years: float | None, birth_date: date | None, as_of: date
) -> Iterator[tuple[str, str]]:
    """What cannot be so together, as column and words: a grade of another stage, an age that is not the birth date's,
    an age that nobody of the grade or stage has. The values are not repeated."""
    first, last = GRADES[stage]
    if grade is not None and not first <= grade <= last:
        yield "grade", f"{stage.en} ({stage.zh}) has the grades {first} to {last}"
        return  # which of the two is wrong is not known, so no age is held against either
    born = None if birth_date is None else age_on(birth_date, as_of)
    if born is not None and age_years is not None and abs(born - age_years) > APART:
        yield "age_years", "the age and the birth date are more than a year apart"
        return
    low = (first if grade is None else grade) + YOUNGEST_OVER_GRADE
    high = OLDEST if stage is Stage.VOCATIONAL else min((last if grade is None else grade) + OLDEST_OVER_GRADE, OLDEST)
    for column, age in (("age_years", age_years), ("birth_date", born)):
        if age is not None and not low <= age <= high:
            where = f"{stage.en} ({stage.zh})" if grade is None else f"grade {grade}"
            yield column, f"an age in {where} lies from {low} to {high} years"
