"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("schools", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("object_id", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_action_object_id_at", "audit", ["action", "object_id", "at"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("history", sa.Boolean(), nullable=False),
        sa.Column("protection", sa.Boolean(), nullable=False),
        sa.Column("evidence_on", sa.Date(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("student_id", "evidence", name=op.f("pk_evidence")),
    )
    op.create_table(
        "feeds",
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("covered_from", sa.Date(), nullable=False),
        sa.Column("covered_to", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "feed", name=op.f("pk_feeds")),
    )
    op.create_table(
        "names",
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_names")),
    )
    op.create_table(
        "received",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("assessment", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_received")),
    )
    op.create_index(op.f("ix_received_received_at"), "received", ["received_at"], unique=False)
    op.create_index(op.f("ix_received_school_id"), "received", ["school_id"], unique=False)
    op.create_index(op.f("ix_received_student_id"), "received", ["student_id"], unique=False)
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("model_name", sa.String(), nullable=True),
        sa.Column("model_version", sa.String(), nullable=True),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("data_origin", sa.String(), nullable=False),
        sa.Column("model_status", sa.String(), nullable=False),
        sa.Column("model_origin", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_runs")),
    )
    op.create_table(
        "students",
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("class_id", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_students")),
    )
    op.create_index(op.f("ix_students_school_id"), "students", ["school_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("schools", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_users")),
    )
    op.create_table(
        "withdrawn",
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("student_id", "scope", name=op.f("pk_withdrawn")),
    )
    op.create_table(
        "interviews",
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("last_by_two_on", sa.Date(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("student_id", name=op.f("pk_interviews")),
    )
    op.create_table(
        "assessments",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("student_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("margin", sa.Float(), nullable=True),
        sa.Column("severity", sa.Float(), nullable=False),
        sa.Column("screened", sa.Boolean(), nullable=False),
        sa.Column("tier_since", sa.DateTime(), nullable=False),
        sa.Column("retest_since", sa.DateTime(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_assessments_run_id_runs")),
        sa.PrimaryKeyConstraint("run_id", "student_id", name=op.f("pk_assessments")),
    )
    op.create_index("ix_assessments_run_id_school_id", "assessments", ["run_id", "school_id"], unique=False)
    op.create_index("ix_assessments_student_id", "assessments", ["student_id"], unique=False)
    op.create_table(
        "run_schools",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("school_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name=op.f("fk_run_schools_run_id_runs")),
        sa.PrimaryKeyConstraint("run_id", "school_id", name=op.f("pk_run_schools")),
    )
    op.create_index("ix_run_schools_school_id", "run_schools", ["school_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_sessions_username_users")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_sign_in_links_username_users")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_links")),
    )


def downgrade() -> None:
    op.drop_table("sign_in_links")
    op.drop_table("sessions")
    op.drop_index("ix_run_schools_school_id", table_name="run_schools")
    op.drop_table("run_schools")
    op.drop_index("ix_assessments_student_id", table_name="assessments")
    op.drop_index("ix_assessments_run_id_school_id", table_name="assessments")
    op.drop_table("assessments")
    op.drop_table("interviews")
    op.drop_table("withdrawn")
    op.drop_table("users")
    op.drop_index(op.f("ix_students_school_id"), table_name="students")
    op.drop_table("students")
    op.drop_table("runs")
    op.drop_index(op.f("ix_received_student_id"), table_name="received")
    op.drop_index(op.f("ix_received_school_id"), table_name="received")
    op.drop_index(op.f("ix_received_received_at"), table_name="received")
    op.drop_table("received")
    op.drop_table("names")
    op.drop_table("feeds")
    op.drop_table("evidence")
    op.drop_index("ix_audit_action_object_id_at", table_name="audit")
    op.drop_table("audit")
    op.drop_table("api_keys")
