"""A dataset's rows as the store keeps them: who the students are, contacts, consents taken back, reach of tables."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_schemas.calendar import date_to_day
from data_schemas.codes import ConsentScope
from data_schemas.dataset import Dataset
from data_schemas.duty import duty_spans
from data_schemas.rules import among
from data_schemas.schools import school_rows
from data_schemas.tables import TABLES
from models import Records, may_score
from models.columns import frame_columns
from models.consent import counting, grown, lasts_until, own_from
from runxin.errors import usage
from serving.store import Consent, Feed, NewContact, Store, Student, Withdrawal, keep_duty, keep_schools, taken_back

SCORE = ConsentScope.MODEL_SCORE.code
UNTIL_NEXT = timedelta(days=400)  # the next yearly screening is published by then


def students_of(dataset: Dataset, wanted: Collection[str], schools: Sequence[str] | None) -> dict[str, Student]:
    """Those of the students who are `wanted`, of all schools or of some."""
    frame = dataset.students
    if schools is not None:
        unknown = sorted(set(schools) - set(frame["school_id"]))
        if unknown:
            raise usage(f"there is no school {unknown[0]!r} in the dataset")
        frame = frame[among(frame["school_id"], schools)]
    names = ("student_id", "school_id", "class_id", "stage", "grade", "sex", "birth_date")
    rows = zip(*(frame[name].astype(object) for name in names), strict=True)
    return {
        student_id: Student(
            student_id,
            school_id,
            _text(class_id),
            stage,
            None if pd.isna(grade) else int(grade),
            sex=_text(sex),
            birth_date=None if pd.isna(born) else born.date(),
        )
        for student_id, school_id, class_id, stage, grade, sex, born in rows
        if student_id in wanted
    }


def contacts_of(dataset: Dataset, students: Mapping[str, Student], as_of: date) -> list[NewContact]:
    """Contacts that were known by the day."""
    frame = dataset.tables.get("contacts")
    if frame is None:
        return []
    names = ("student_id", "contacted_on", "whom", "recorded_on")
    rows = zip(*(frame[name].astype(object) for name in names), strict=True)
    return [
        NewContact(who, students[who].school_id, on.date(), _text(whom), None if pd.isna(recorded) else recorded.date())
        for who, on, whom, recorded in rows
        if who in students
        and isinstance(whom, str)  # a row that says nobody was reached is an attempt
        and (on if pd.isna(recorded) else recorded).date() <= as_of
    ]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def withdrawals_of(
    store: Store, dataset: Dataset, records: Records, as_of: date, ids: Collection[str]
) -> list[Withdrawal]:
    """What is not consented to. Who never gave consent to a model score is kept like who took it back, so that no
    other way in scores them either. A dataset without that table gives nothing back: what stands on record stays."""
    frame = dataset.tables.get("consents")
    if frame is None:
        standing = taken_back(store, ConsentScope.codes(), as_of).items()
        return [Withdrawal(student, scope, on) for (student, scope), on in standing if student in ids]
    day, key = pd.Timestamp(as_of), ["student_id", "scope"]
    asked = _asked(dataset, frame, as_of)
    given = frame[asked & (frame["given_on"] <= day)].groupby(key)["given_on"].max()
    gone = frame[frame["withdrawn_on"] <= day].sort_values("withdrawn_on").drop_duplicates(key, keep="last")
    again = given.reindex(pd.MultiIndex.from_frame(gone[key])).to_numpy() > gone["withdrawn_on"].to_numpy()
    gone = gone[~again]  # who has consented again since has not taken it back
    rows = zip(gone["student_id"], gone["scope"], gone["withdrawn_on"], strict=True)
    refused = records.ids[~may_score(records, date_to_day(as_of))]
    found = {(str(s), SCORE): Withdrawal(str(s), SCORE, as_of) for s in refused}
    has_given = set(given.index)
    by_others = frame[~asked & (frame["given_on"] <= day)][key].drop_duplicates()
    for student, scope in zip(by_others["student_id"], by_others["scope"], strict=True):
        if (student, scope) not in has_given:  # somebody has consented, but nobody who is asked at that age
            found.setdefault((student, scope), Withdrawal(student, scope, as_of))
    found |= {(student, scope): Withdrawal(student, scope, on.date()) for student, scope, on in rows}
    return [withdrawal for (student, _), withdrawal in found.items() if student in ids]


def consents_given(
    dataset: Dataset, sent: Collection[str], ids: Collection[str], as_of: date
) -> dict[str, list[Consent]]:
    """What was given by the day, of these students: of those of whom a platform has `sent` any, since it may be later
    than what was taken back, of those whose consent has a last day, since it ends without another word, and of those
    who turn 14 before the next school year's screening, since then a guardian's ends."""
    frame = dataset.tables.get("consents")
    if frame is None:
        return {}
    born = _births(dataset)
    wanted = set(frame["student_id"][frame["valid_until"].notna()]) | set(sent)
    wanted |= {who for who, day in born.items() if as_of < own_from(day) <= as_of + UNTIL_NEXT}
    here = frame[among(frame["student_id"], wanted & set(ids)) & (frame["given_on"] <= pd.Timestamp(as_of))]
    return _consents(here, pd.Timestamp.min, born)


def consents_of_strangers(dataset: Dataset, ids: Collection[str], as_of: date) -> dict[str, list[Consent]]:
    """All that was given and taken back by the day, of people on no list: no list says what stands for them."""
    frame = dataset.tables.get("consents")
    if frame is None:
        return {}
    day = pd.Timestamp(as_of)
    return _consents(frame[among(frame["student_id"], ids) & (frame["given_on"] <= day)], day, _births(dataset))


def _births(dataset: Dataset) -> dict[str, date]:
    frame = dataset.students[dataset.students["birth_date"].notna()]
    return {str(who): day.date() for who, day in zip(frame["student_id"], frame["birth_date"], strict=True)}


def _asked(dataset: Dataset, frame: pd.DataFrame, as_of: date) -> NDArray[np.bool_]:
    """Of each row of `consents`, whether it was given by somebody who is asked at the student's age on the day."""
    them = frame_columns(dataset.students, TABLES["students"])
    of_age = pd.Series(grown(them, date_to_day(as_of)), index=them["student_id"])
    theirs = of_age.reindex(frame["student_id"], fill_value=False).to_numpy(bool)
    return counting(frame_columns(frame, TABLES["consents"])["given_by"], theirs)


def _consents(here: pd.DataFrame, taken_back_by: pd.Timestamp, born: Mapping[str, date]) -> dict[str, list[Consent]]:
    """Rows of `consents` by student, with what was taken back by a day."""
    found: dict[str, list[Consent]] = {}
    names = ("student_id", "scope", "given_on", "withdrawn_on", "valid_until", "given_by")
    for who, scope, on, gone, until, by in zip(*(here[name].astype(object) for name in names), strict=True):
        over = None if pd.isna(gone) or gone > taken_back_by else gone.date()
        giver = None if pd.isna(by) else str(by)
        lasts = lasts_until(giver, None if pd.isna(until) else until.date(), born.get(who))
        found.setdefault(who, []).append(Consent(scope, on.date(), over, lasts, giver))
    return found


def feeds_of(dataset: Dataset, schools: Sequence[str]) -> list[Feed]:
    """The newest stretch of each school's table."""
    frame = dataset.tables.get("feeds")
    if frame is None:
        return []
    here = frame[among(frame["school_id"], schools)].sort_values("covered_to")
    rows = zip(*(here[name] for name in ("school_id", "table", "covered_from", "covered_to")), strict=True)
    return list({(s, t): Feed(s, t, start.date(), end.date()) for s, t, start, end in rows}.values())


def keep_staff(store: Store, dataset: Dataset, schools: Collection[str], actor: str, now: datetime) -> None:
    """What a dataset says of its schools and of who is on duty there, kept as an import of either would be."""
    if (told := dataset.tables.get("schools")) is not None:
        keep_schools(store, school_rows(told[among(told["school_id"], schools)]), actor, now)
    if (turns := dataset.tables.get("duty")) is not None:
        spans = duty_spans(turns[among(turns["school_id"], schools)])
        if spans:
            keep_duty(store, spans, actor, now)
