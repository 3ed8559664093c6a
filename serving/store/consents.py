"""Consents: what a screening's dataset says was taken back, and what platforms sent since. Rows of platforms are added
and never changed.

A withdrawal stands until a consent that was given on a later day says otherwise, by whichever way either came in.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from models.consent import counts, own_from
from serving.store.database import Store, chunks
from serving.store.students import consents_taken_back
from serving.store.tables import consents, students

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Consent:
    """One row of the canonical table `consents`; `scope` is a code of `ConsentScope`, `given_by` of `Source` or None
    where nobody said. `given_on` is None where only the withdrawal is on record."""

    scope: str
    given_on: date | None
    withdrawn_on: date | None = None
    valid_until: date | None = None
    given_by: str | None = None


def taken_back_of(rows: Iterable[Consent], today: date) -> dict[str, date]:
    """The scopes that consent no longer covers, with the day from which it does not: on which the last of it was taken
    back, or after the last day of the last that was given."""
    ends: dict[str, date] = {}
    given: dict[str, date] = {}
    expired: dict[str, date] = {}
    for row in rows:
        if row.withdrawn_on is not None and row.withdrawn_on <= today:
            ends[row.scope] = max(row.withdrawn_on, ends.get(row.scope, row.withdrawn_on))
        if row.valid_until is not None and row.valid_until < today:
            over = row.valid_until + A_DAY
            expired[row.scope] = max(over, expired.get(row.scope, over))
        elif row.given_on is not None:
            given[row.scope] = max(row.given_on, given.get(row.scope, row.given_on))
    lapsed = {scope: on for scope, on in expired.items() if scope not in given}
    return lapsed | {scope: on for scope, on in ends.items() if scope not in given or given[scope] <= on}


def keep_consents(
    connection: sa.Connection, given: Mapping[str, Sequence[Consent]], at: datetime, filed_by: str
) -> None:
    """Keep consents by file, each content once."""
    fresh = {consent_name(file_id, row): (file_id, row) for file_id, rows in given.items() for row in rows}
    for part in chunks(sorted(fresh)):
        for known in connection.scalars(sa.select(consents.c.sha256).where(consents.c.sha256.in_(part))).all():
            del fresh[known]
    came = {"received_at": at, "filed_by": filed_by}
    if fresh:
        rows = [asdict(row) | came | {"sha256": name, "student_id": who} for name, (who, row) in fresh.items()]
        connection.execute(consents.insert(), rows)


def consents_of(connection: sa.Connection, files: Sequence[str], today: date) -> dict[str, list[Consent]]:
    """What is on record of consents, by file: that of the run that says where the student is, and what was sent. What
    was given by somebody who is not asked at the student's age counts as not given; where no roster knows the age, the
    door by which it came has seen to that."""
    found: dict[str, list[Consent]] = {}
    stands = consents_taken_back()
    for part in chunks(list(files)):
        for row in connection.execute(stands.where(stands.selected_columns.student_id.in_(part))):
            found.setdefault(row.student_id, []).append(Consent(row.scope, None, row.withdrawn_on))
        sent = sa.select(consents, students.c.birth_date).outerjoin(
            students, students.c.student_id == consents.c.student_id
        )
        for row in connection.execute(sent.where(consents.c.student_id.in_(part))):
            one = Consent(row.scope, row.given_on, row.withdrawn_on, row.valid_until, row.given_by)
            found.setdefault(row.student_id, []).append(as_asked(one, row.birth_date, today))
    return found


def as_asked(one: Consent, born: date | None, today: date) -> Consent:
    """A consent as it counts of somebody who was born on a day, None where no roster knows it."""
    asked = born is None or counts(one.given_by, own_from(born) <= today)
    return one if asked else replace(one, given_on=None)


def whose_consents_were_sent(store: Store) -> set[str]:
    """The students of whom a platform has sent consents: what a dataset says of these was given is kept as well."""
    with store.reading() as connection:
        return set(connection.scalars(sa.select(consents.c.student_id)))


def taken_back(store: Store, scopes: Collection[str], today: date) -> dict[tuple[str, str], date]:
    """By student and scope, the day on which consent was taken back, where it has not been given again since."""
    with store.reading() as connection:
        ids = {row.student_id for row in connection.execute(consents_taken_back())}
        ids |= set(connection.scalars(sa.select(consents.c.student_id)))
        rows = consents_of(connection, sorted(ids), today)
    return {
        (who, scope): on
        for who, said in rows.items()
        for scope, on in taken_back_of(said, today).items()
        if scope in scopes
    }


def consent_name(file_id: str, row: Consent) -> str:
    """By what a consent is recognised when it comes again."""
    said = f"{file_id}/{row.scope}/{row.given_on}/{row.withdrawn_on}/{row.valid_until}"
    # As it was named before givers were kept, so that the same row is there once.
    said = said if row.given_by is None else f"{said}/{row.given_by}"
    return hashlib.sha256(said.encode()).hexdigest()
