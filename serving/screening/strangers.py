"""Whom a dataset holds and its roster cannot place: their evidence is filed for a person to find out who they are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from data_schemas.codes import Tier
from data_schemas.dataset import Dataset
from data_schemas.roster import NAMELESS, UNASSIGNED, Settled, Unsettled
from data_schemas.school_days import Calendars
from models import Assessment, Policy, assess, records_of
from models.retest import ASKED
from serving.screening.outcomes import outcomes_of
from serving.screening.rows import consents_of_strangers
from serving.store import (
    SCREENING,
    Consent,
    Filing,
    NewEntry,
    Outcome,
    Packed,
    Store,
    Stranger,
    Student,
    concerns_school,
    contested,
    homes,
    unassigned_among,
)
from serving.store.students import UNKNOWN_STAGE

TWO_SCHOOLS = "two_schools"


@dataclass(frozen=True)
class Unplaced:
    """Strangers with their evidence, the words about them, their consents and what is to be asked of them; `ids` are
    those of the dataset."""

    strangers: tuple[Stranger, ...] = ()
    filings: tuple[Filing, ...] = ()
    outcomes: tuple[tuple[Outcome, str], ...] = ()
    ids: frozenset[str] = frozenset()
    consents: dict[str, list[Consent]] = field(default_factory=dict)
    asked: tuple[NewEntry, ...] = ()

    def joined(self, other: "Unplaced") -> "Unplaced":
        return Unplaced(
            (*self.strangers, *other.strangers),
            (*self.filings, *other.filings),
            (*self.outcomes, *other.outcomes),
            self.ids | other.ids,
            {**self.consents, **other.consents},
            (*self.asked, *other.asked),
        )


def clashing(
    found: Sequence[Packed],
    elsewhere: Collection[str],
    students: Mapping[str, Student],
    dataset: Dataset,
    as_of: date,
) -> Unplaced:
    """Students under an id that another school has for somebody else, by sex or birth date: never merged."""
    if not elsewhere:
        return Unplaced()
    files = {one: contested(one, students[one].school_id) for one in elsewhere}
    told = [one for one in found if one.student_id in files]
    return Unplaced(
        tuple(Stranger(files[one.student_id], students[one.student_id].school_id, TWO_SCHOOLS) for one in told),
        tuple(Filing(files[one.student_id], students[one.student_id].school_id, one.proven) for one in told),
        tuple(
            (replace(word, student_id=files[word.student_id]), school)
            for word, school in outcomes_of(dataset)
            if word.student_id in files and word.known_on <= as_of
        ),
        frozenset(elsewhere),
    )


def on_no_roster(
    store: Store,
    given: Dataset,
    settled: Settled,
    as_of: date,
    policy: Policy,
    calendars: Calendars | None,
    schools: Collection[str],
    now: datetime,
    asked: Collection[str] | None = None,
) -> Unplaced:
    """Strangers of a dataset (`given`) with the rules run on what came of them. Of who has left, evidence is filed
    where there is any that nobody has assessed or a confirmed 危机; of others everybody's: nobody knows whose it is.
    Words and consents are kept of everyone: they count for the day they are back, and for a score that a platform asks
    for meanwhile. Where only some schools were `asked` for, who is of others waits for their screening. Whoever an
    earlier roster of these schools had keeps the file; all others have one of their own, whoever has the id
    elsewhere."""
    dataset = settled.strangers
    if dataset is None:
        return Unplaced()
    found = assess(records_of(dataset, calendars), as_of, None, policy)
    ids_there = [one for one in dataset.students["student_id"] if _may_be_of(settled, one, asked)]
    where = {one: _school(settled, one, schools) for one in ids_there}
    files = _files(store, settled, where)
    told = [
        one
        for one in found
        if one.student_id in where
        and one.student_id not in settled.silent
        and (
            settled.reasons[one.student_id] is not Unsettled.LEFT or one.floors or one.leads or one.tier is Tier.CRISIS
        )
    ]
    words = [
        (_of_nobody(replace(word, student_id=files[word.student_id]), word.student_id), where[word.student_id])
        for word, _ in outcomes_of(dataset)
        if word.student_id in where and word.known_on <= as_of
    ]
    filings = [Filing(files[one.student_id], where[one.student_id], one.proven) for one in told]
    with_something = {one.student_id for one in filings} | {word.student_id for word, _ in words}
    ids = sorted(who for who in where if files[who] in with_something)
    return Unplaced(
        tuple(Stranger(files[who], where[who], settled.reasons[who].code) for who in ids),
        tuple(filings),
        tuple(words),
        frozenset(ids),
        {files[who]: rows for who, rows in consents_of_strangers(given, where, as_of).items()},
        tuple(_asked(one, files[one.student_id], where[one.student_id], now) for one in told if _asks(settled, one)),
    )


def _asks(settled: Settled, one: Assessment) -> bool:
    here = settled.reasons[one.student_id] is not Unsettled.LEFT
    return here and any(retest.why in ASKED for retest in one.data_quality.retest)


def _asked(one: Assessment, file_id: str, school_id: str, now: datetime) -> NewEntry:
    """What is to be asked in person of somebody unknown, kept as a platform's record would be."""
    return NewEntry(SCREENING, file_id, school_id, UNKNOWN_STAGE, None, {}, replace(one, student_id=file_id), now)


def _files(store: Store, settled: Settled, where: Mapping[str, str]) -> dict[str, str]:
    """Whose file what came of each stranger goes to. An id that may be two people's is never put into the file of one
    of them."""
    at = homes(store, list(where))
    return {
        who: who
        if settled.reasons[who] is not Unsettled.TWO_ENROLMENTS and who in at and concerns_school(school, at[who])
        else contested(who, school)
        for who, school in where.items()
    }


def _of_nobody(word: Outcome, student_id: str) -> Outcome:
    """A row without an id may be about anybody: what it says raises, and it answers for nobody's evidence."""
    return replace(word, interviewer=None, second_interviewer=None) if student_id == NAMELESS else word


def _may_be_of(settled: Settled, student_id: str, asked: Collection[str] | None) -> bool:
    named = settled.schools.get(student_id, ())
    return asked is None or not named or not set(named).isdisjoint(asked)


def _school(settled: Settled, student_id: str, schools: Collection[str]) -> str:
    """The one school that a stranger can only be of; of several, or of none, all that it may be."""
    named = settled.schools.get(student_id, ())
    if len(named) == 1:
        return named[0]
    if named:
        return unassigned_among(named)
    return next(iter(schools)) if len(schools) == 1 else UNASSIGNED if not schools else unassigned_among(schools)
