"""Part of migration 0005: who is where, consents that were taken back and feeds are kept by run.

Of runs of before only the last state was kept. It is taken for what the newest run of each student and school said, and
class, stage and grade for what every run did.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

ON_RECORD = "on record"  # who brought a word of which nobody knows
ROSTER = ("class_id", "stage", "grade")


def _table(name: str, *columns: str, **typed: type[sa.types.TypeEngine[Any]]) -> sa.TableClause:
    return sa.table(name, *map(sa.column, columns), *(sa.column(column, kind()) for column, kind in typed.items()))


RUNS = _table("runs", "run_id", "as_of", "published_at")
RUN_SCHOOLS = _table("run_schools", "run_id", "school_id")
ASSESSMENTS = _table("assessments", "run_id", "student_id", "school_id", *ROSTER)
STUDENTS = _table("students", "run_id", "student_id", "school_id", *ROSTER)
WITHDRAWN = _table("withdrawn", "student_id", "scope", withdrawn_on=sa.Date)
FEEDS = _table("feeds", "school_id", "feed", covered_from=sa.Date, covered_to=sa.Date)
OUTCOMES = _table("outcomes", "sha256", "run_id", "client")


def rosters_by_run(connection: sa.Connection) -> None:
    with op.batch_alter_table("students") as table:
        table.add_column(sa.Column("run_id", sa.String(), nullable=False, server_default=""))
    theirs = STUDENTS.c.student_id == ASSESSMENTS.c.student_id
    said = {name: sa.select(STUDENTS.c[name]).where(theirs).scalar_subquery() for name in ROSTER}
    connection.execute(ASSESSMENTS.update().where(sa.exists().where(theirs)).values(said))
    there = theirs & (STUDENTS.c.school_id == ASSESSMENTS.c.school_id)
    run_id = sa.func.coalesce(_newest(ASSESSMENTS, there), _newest(RUN_SCHOOLS, _same_school(STUDENTS)), "")
    connection.execute(STUDENTS.update().values(run_id=run_id))
    with op.batch_alter_table("students") as table:
        table.alter_column("run_id", server_default=None, existing_type=sa.String(), existing_nullable=False)
    _consents(connection)
    _feeds(connection)
    brought = op.create_table(
        "brought",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "filed_by", name=op.f("pk_brought")),
    )
    who = sa.select(OUTCOMES.c.sha256, sa.func.coalesce(OUTCOMES.c.run_id, OUTCOMES.c.client, ON_RECORD))
    connection.execute(brought.insert().from_select(["sha256", "filed_by"], who))


def _newest(of: sa.TableClause, where: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """The newest run of those that a table tells of."""
    query = sa.select(of.c.run_id).join(RUNS, RUNS.c.run_id == of.c.run_id).where(where)
    return query.order_by(RUNS.c.as_of.desc(), RUNS.c.published_at.desc()).limit(1).scalar_subquery()


def _same_school(table: sa.TableClause) -> sa.ColumnElement[bool]:
    return RUN_SCHOOLS.c.school_id == table.c.school_id


def _consents(connection: sa.Connection) -> None:
    query = sa.select(STUDENTS.c.run_id, WITHDRAWN).join(STUDENTS, STUDENTS.c.student_id == WITHDRAWN.c.student_id)
    rows = [row._asdict() for row in connection.execute(query)]
    op.drop_table("withdrawn")
    table = op.create_table(
        "withdrawn",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "student_id", "scope", name=op.f("pk_withdrawn")),
    )
    if rows:
        connection.execute(table.insert(), rows)


def _feeds(connection: sa.Connection) -> None:
    run_id = sa.func.coalesce(_newest(RUN_SCHOOLS, _same_school(FEEDS)), "")
    rows = [row._asdict() for row in connection.execute(sa.select(run_id.label("run_id"), FEEDS))]
    op.drop_table("feeds")
    table = op.create_table(
        "feeds",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("covered_from", sa.Date(), nullable=False),
        sa.Column("covered_to", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "school_id", "feed", name=op.f("pk_feeds")),
    )
    op.create_index("ix_feeds_school_id", "feeds", ["school_id"])
    if rows:
        connection.execute(table.insert(), rows)
