"""Who has to consent, by age: below 14 a guardian, from 14 on the student (PIPL art. 31; specification 8.1).

A consent of which nobody has stated who gave it counts: the operator answers for it. A withdrawal ends every consent of
its day and before, whoever took it back. Where the age is not known, the stricter rule holds: a guardian's.
"""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day, day_to_date
from data_schemas.codes import ConsentScope, Source
from models.columns import NO_DAY, Columns
from models.features.matrix import latest_by_student
from models.records import Records, rows_of

OWN_FROM = 14  # years
# 未成年人保护法 art. 92: civil affairs may stand in for a guardian.
GUARDIANS = (Source.PARENT, Source.MCA)
GUARDIAN_CODES = frozenset(one.code for one in GUARDIANS)
OWN = Source.STUDENT
A_DAY = timedelta(days=1)
Bools = NDArray[np.bool_]


def own_from(born: date) -> date:
    """The day from which the student's own consent is the one that counts: the 14th birthday; who was born on
    29 February has it on 1 March."""
    year = born.year + OWN_FROM
    return date(year, 3, 1) if (born.month, born.day) == (2, 29) and not _leap(year) else born.replace(year=year)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def counts(given_by: str | None, grown: bool) -> bool:
    """Whether a consent of a giver (a code of `Source`, None where nobody stated it) is of whom it is asked."""
    return given_by is None or (given_by == OWN.code if grown else given_by in GUARDIAN_CODES)


def lasts_until(given_by: str | None, until: date | None, born: date | None) -> date | None:
    """The last day of a consent: a guardian's ends on the day before the 14th birthday, also where it was given
    without an end; None where it has none."""
    if born is None or given_by not in GUARDIAN_CODES:
        return until
    eve = own_from(born) - A_DAY
    return eve if until is None else min(until, eve)


def may_score(records: Records, as_of: int, by_age: bool = True) -> Bools:
    """Whom the model may score. Where consents were collected, only those of whom it was given by whom it has to be
    given, and not withdrawn; where they were not, the operator answers for the legal basis. A withdrawal ends every
    consent of its day and before, and a consent past its last day (`valid_until`) counts as not given. Without `by_age`
    anybody's consent counts."""
    n = len(records)
    consents, coverage = rows_of(records, "consents")
    mine = (consents["scope"] == ConsentScope.MODEL_SCORE.place) & (consents["given_on"] <= as_of)
    over = mine & (consents["withdrawn_on"] <= as_of)
    stands = mine & ((consents["valid_until"] == NO_DAY) | (consents["valid_until"] >= as_of))
    if by_age:
        stands &= counting(consents["given_by"], grown(records.students, as_of)[consents.student])
    given = latest_by_student(n, consents.student[stands], consents["given_on"][stands])
    withdrawn = latest_by_student(n, consents.student[over], consents["withdrawn_on"][over])
    collected = (np.bincount(coverage.student, minlength=n) > 0) | (
        np.bincount(consents.student[mine], minlength=n) > 0
    )
    may: Bools = (given > withdrawn) | ~collected
    return may


def grown(students: Columns, as_of: int) -> Bools:
    """Who is 14 or older on the day: by the birth date, else by the age in years; not where neither is known."""
    on = day_to_date(as_of)
    latest = on.replace(year=on.year - OWN_FROM, day=28 if (on.month, on.day) == (2, 29) else on.day)
    born = students["birth_date"]
    known: Bools = born != NO_DAY
    found: Bools = np.where(known, born <= date_to_day(latest), students["age_years"] >= OWN_FROM)
    return found


def counting(given_by: NDArray[np.int8], of_age: Bools) -> Bools:
    """`counts` for many: places of `Source`, -1 where nobody stated it."""
    by_guardian = np.isin(given_by, [one.place for one in GUARDIANS])
    found: Bools = (given_by == -1) | np.where(of_age, given_by == OWN.place, by_guardian)
    return found
