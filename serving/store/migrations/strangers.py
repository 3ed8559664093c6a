"""Part of migration 0005: whoever is on no roster has a file that carries the school."""

import sqlalchemy as sa


def strangers_by_school(connection: sa.Connection) -> None:
    """Whoever is on no roster gets a file that carries the school: `ID (SCHOOL)`. Where records of a stranger name one
    school, those that name none are of the same stranger, as they were before."""
    named = {name: _of_students(name) for name in ("entries", "evidence", "outcomes", "misses")}
    on_roster = set(connection.scalars(sa.select(_of_students("students").c.student_id)))
    schools: dict[str, set[str]] = {}
    for table in named.values():
        for row in connection.execute(sa.select(table.c.student_id, table.c.school_id).distinct()):
            if row.student_id not in on_roster:
                schools.setdefault(row.student_id, set()).add(row.school_id)
    inputs = sa.table("inputs", *(sa.column(name, sa.String()) for name in ("student_id", "sha256")))
    sent = sa.table("entries", *(sa.column(name, sa.String()) for name in ("student_id", "school_id", "inputs")))
    for student_id, those in schools.items():
        real = sorted(those - {"unassigned"})
        for school_id in sorted(those):
            file_id = f"{student_id} ({real[0] if len(real) == 1 else school_id})"
            theirs = sa.select(sent.c.inputs).where(sent.c.student_id == student_id, sent.c.school_id == school_id)
            mine = (inputs.c.student_id == student_id) & inputs.c.sha256.in_(theirs.where(sent.c.inputs.is_not(None)))
            connection.execute(inputs.update().where(mine).values(student_id=file_id))
            for table in named.values():
                here = (table.c.student_id == student_id) & (table.c.school_id == school_id)
                connection.execute(table.update().where(here).values(student_id=file_id))


def _of_students(name: str) -> sa.TableClause:
    return sa.table(name, sa.column("student_id", sa.String()), sa.column("school_id", sa.String()))
