"""Facts are appended and the present is computed from them.

Evidence loses its "closed": what is open follows from the words of people. Some of it was closed by the older rule,
that any interview on or after the day it became known had assessed it; under the rule of today it may stand open again,
which is the safe side. Interviews of which only a summary was kept become words, so that nobody's finding is lost.
"""

import hashlib
import json
import zlib
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from alembic import op

from serving.store.migrations.rosters import rosters_by_run
from serving.store.migrations.strangers import strangers_by_school

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LOCAL = timedelta(hours=8)  # Asia/Shanghai, without daylight saving
DAY_BEGINS = time(8)
# What each rule of before is answered within, as it stood when these rows were written.
ASK, NEXT_DAY, OWN_CONCERN = ("R19",), ("R05",), ("R20",)
DANGER = ("R02", "R03", "R07", "R08", "R09", "R10", "R11")
TIERS = ("routine", "watch", "priority", "crisis")
ON_RECORD = "on record"
OLD = "student_id evidence rule tier severity text_zh text_en history protection evidence_on known_on"
CONSENT = "sha256 student_id scope given_on withdrawn_on valid_until received_at filed_by"
WORD = "sha256 student_id school_id observed_on kind level interviewer second_interviewer received_at door"


def upgrade() -> None:
    with op.batch_alter_table("students") as table:
        table.add_column(sa.Column("sex", sa.String()))
        table.add_column(sa.Column("birth_date", sa.Date()))
    op.create_table(
        "run_withdrawals",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_run_withdrawals_run_id_runs")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_withdrawals")),
    )
    op.create_table(
        "run_strangers",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_run_strangers_run_id_runs")),
        sa.PrimaryKeyConstraint("run_id", "student_id", name=op.f("pk_run_strangers")),
    )
    op.create_index(op.f("ix_run_strangers_school_id"), "run_strangers", ["school_id"])
    op.create_table(
        "contacts",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("contacted_on", sa.Date(), nullable=False),
        sa.Column("with_whom", sa.String(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_contacts")),
    )
    op.create_index(op.f("ix_contacts_student_id"), "contacts", ["student_id"])
    _entries()
    _consents()
    _assessments()
    _evidence()
    _outcomes()
    rosters_by_run(op.get_bind())
    strangers_by_school(op.get_bind())


def _entries() -> None:
    for column in ("received_at", "school_id", "student_id"):
        op.drop_index(op.f(f"ix_received_{column}"), "received")
    op.rename_table("received", "entries")
    for column in ("received_at", "school_id", "student_id"):
        op.create_index(op.f(f"ix_entries_{column}"), "entries", [column])
    with op.batch_alter_table("entries") as table:
        table.add_column(sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("asks", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("entries") as table:
        table.alter_column("place", server_default=None, existing_type=sa.Integer(), existing_nullable=False)
        table.alter_column("asks", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)


def _consents() -> None:
    """What records that platforms had sent say of consents, which was read from the records themselves."""
    names = CONSENT.split()
    kinds: dict[str, type] = {name: sa.Date for name in ("given_on", "withdrawn_on", "valid_until")}
    kinds["received_at"] = sa.DateTime
    op.create_table(
        "consents",
        *(sa.Column(name, kinds.get(name, sa.String)(), nullable=kinds.get(name) is sa.Date) for name in names),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_student_id"), "consents", ["student_id"])
    connection = op.get_bind()
    new = sa.table("consents", *(sa.column(name, kinds.get(name, sa.String)()) for name in names))
    columns = {"student_id": sa.String, "client": sa.String, "received_at": sa.DateTime, "record": sa.LargeBinary}
    old = sa.table("entries", *(sa.column(name, kind()) for name, kind in columns.items()))
    found = {}
    for row in connection.execute(sa.select(*old.c)):
        for said in (json.loads(zlib.decompress(row.record)) if row.record else {}).get("consents") or ():
            days = [said.get(name) for name in ("given_on", "withdrawn_on", "valid_until")]
            text = "/".join([row.student_id, said["scope"], *map(str, days)])
            name = hashlib.sha256(text.encode()).hexdigest()
            given, gone, until = (None if day is None else date.fromisoformat(day) for day in days)
            cells = (name, row.student_id, said["scope"], given, gone, until, row.received_at, row.client)
            found[name] = dict(zip(names, cells, strict=True))
    if found:
        connection.execute(new.insert(), list(found.values()))


def _assessments() -> None:
    """What the model alone said stands in each stored assessment."""
    with op.batch_alter_table("assessments") as table:
        table.add_column(sa.Column("model_tier", sa.Integer()))
        table.add_column(sa.Column("model_since", sa.DateTime()))
        table.add_column(sa.Column("tells", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("class_id", sa.String()))
        table.add_column(sa.Column("stage", sa.String(), nullable=False, server_default="unknown"))
        table.add_column(sa.Column("grade", sa.Integer()))
        table.add_column(sa.Column("sex", sa.String()))
        table.add_column(sa.Column("birth_date", sa.Date()))
    connection = op.get_bind()
    said = sa.table(
        "assessments", *map(sa.column, ("run_id", "student_id", "payload", "tier_since", "model_tier", "model_since"))
    )
    place = (said.c.run_id == sa.bindparam("run")) & (said.c.student_id == sa.bindparam("student"))
    update = said.update().where(place).values(model_tier=sa.bindparam("tier"), model_since=sa.bindparam("since"))
    rows = connection.execute(sa.select(said.c.run_id, said.c.student_id, said.c.payload, said.c.tier_since))
    found = [
        {"run": row.run_id, "student": row.student_id, "tier": _model_tier(row.payload), "since": row.tier_since}
        for row in rows
    ]
    if found:
        connection.execute(update, found)
    with op.batch_alter_table("assessments") as table:
        table.drop_column("tier_since")
        table.drop_column("retest_since")
        table.alter_column("stage", server_default=None, existing_type=sa.String(), existing_nullable=False)
        table.alter_column("tells", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)


def _model_tier(payload: bytes) -> int | None:
    said = json.loads(zlib.decompress(payload))
    if said["model"]["status"] != "ok" or said["margin"] is None or said["own_source"] != "model":
        return None
    return TIERS.index(said["own_tier"])


def _evidence() -> None:
    connection = op.get_bind()
    columns = [*OLD.split(), "opened_at", "opened_by"]
    types = {"evidence_on": sa.Date, "known_on": sa.Date, "opened_at": sa.DateTime, "history": sa.Boolean}
    types |= {"protection": sa.Boolean}
    old = sa.table("evidence", *(sa.column(name, types.get(name, sa.String)()) for name in columns))
    kept = [row._asdict() for row in connection.execute(sa.select(*old.c))]
    schools = _schools("entries") | _schools("students")
    sent = {
        row.entry_id: row.school_id for row in connection.execute(sa.text("SELECT entry_id, school_id FROM entries"))
    }
    op.drop_table("evidence")
    new = op.create_table(
        "evidence",
        sa.Column("filed_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("history", sa.Boolean(), nullable=False),
        sa.Column("protection", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("danger", sa.Boolean(), nullable=False),
        sa.Column("own_concern", sa.Boolean(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("evidence_on", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("filed_at", sa.DateTime(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("filed_id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_student_id"), "evidence", ["student_id"])
    op.create_index(op.f("ix_evidence_school_id"), "evidence", ["school_id"])
    on_roster = _schools("students")
    rows = [_filed(row, _school_of(row, schools, on_roster, sent), set(sent)) for row in kept]
    if rows:
        connection.execute(new.insert(), rows)


def _school_of(row: dict[str, object], schools: dict[str, str], on_roster: dict[str, str], sent: dict[str, str]) -> str:
    """The school of a student's roster; of a stranger that of the record which the evidence came with."""
    student_id, opened_by = str(row["student_id"]), str(row["opened_by"])
    known = schools.get(student_id, "unassigned")
    return known if student_id in on_roster else sent.get(opened_by, known)


def _schools(table: str) -> dict[str, str]:
    """The school of each student that a table names."""
    where = sa.table(table, sa.column("student_id", sa.String()), sa.column("school_id", sa.String()))
    return {row.student_id: row.school_id for row in op.get_bind().execute(sa.select(*where.c))}


def _filed(row: dict[str, object], school_id: str, entries: set[str]) -> dict[str, object]:
    opened_at, opened_by = row.pop("opened_at"), row.pop("opened_by")
    assert isinstance(opened_at, datetime)
    sent = opened_by in entries
    known = datetime.combine(row["known_on"], DAY_BEGINS) - LOCAL  # type: ignore[arg-type]
    rule, crisis = row["rule"], row["tier"] == 3
    safety = int(row["severity"]) > 0  # type: ignore[call-overload]
    answer = "tier"
    if row["history"]:
        answer = "tier"  # an old sheet is cleared without a clock of its own
    elif rule in ASK:
        answer = "ask"
    elif crisis:
        answer = "minutes"
    elif rule in NEXT_DAY:
        answer = "next_day"
    elif safety and rule not in OWN_CONCERN:
        answer = "same_day"
    return row | {
        "school_id": school_id,
        "answer": answer,
        "danger": crisis and rule in DANGER,
        "own_concern": rule in OWN_CONCERN,
        "lead": False,
        "received_at": opened_at if sent else min(opened_at, known),
        "filed_at": opened_at,
        "filed_by": opened_by,
        "door": "score" if sent else "screening",
    }


def _outcomes() -> None:
    with op.batch_alter_table("outcomes") as table:
        table.add_column(sa.Column("assessed", sa.JSON()))
        table.add_column(sa.Column("corrects", sa.String()))
        table.add_column(sa.Column("door", sa.String(), nullable=False, server_default="screening"))
        table.create_index("ix_outcomes_school_id", ["school_id"])
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE outcomes SET door = 'outcomes' WHERE client IS NOT NULL"))
    named = set(
        connection.scalars(
            sa.text("SELECT student_id FROM outcomes WHERE kind = 'interview' AND interviewer IS NOT NULL")
        )
    )
    schools = _schools("students")
    columns = {"student_id": sa.String, "last_on": sa.Date, "last_by_two_on": sa.Date, "level": sa.Integer}
    summary = sa.table("interviews", *(sa.column(name, kind()) for name, kind in columns.items()))
    names = WORD.split()
    kinds = {"observed_on": sa.Date, "received_at": sa.DateTime, "level": sa.Integer}
    outcomes = sa.table("outcomes", *(sa.column(name, kinds.get(name, sa.String)()) for name in names))
    words, now = [], datetime.now(UTC).replace(tzinfo=None)
    for row in connection.execute(sa.select(*summary.c)):
        if row.student_id in named:
            continue
        both = row.last_by_two_on
        for day, second in ((row.last_on, None), (both, f"{ON_RECORD} 2")):
            if day is None or (second is None and day == both):
                continue
            said = f"{row.student_id}/{day}/{row.level}/{second}"
            words.append(
                {
                    "sha256": hashlib.sha256(said.encode()).hexdigest(),
                    "student_id": row.student_id,
                    "school_id": schools.get(row.student_id, "unassigned"),
                    "observed_on": day,
                    "kind": "interview",
                    "level": row.level,
                    "interviewer": ON_RECORD,
                    "second_interviewer": second,
                    "received_at": now,
                    "door": "screening",
                }
            )
    if words:
        connection.execute(outcomes.insert(), words)
    op.drop_table("interviews")


def downgrade() -> None:
    raise NotImplementedError("an older version would hide danger that is open; restore a backup instead")
