"""Sessions that end when idle, known devices, tries, second factors, and requests that a second person decides."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("account_requests", "recovery_codes", "second_factors", "sign_in_tries", "devices")


def upgrade() -> None:
    with op.batch_alter_table("users") as table:
        table.add_column(sa.Column("disabled_at", sa.DateTime(), nullable=True))
    times = ("created_at", "last_seen_at", "confirmed_at")
    with op.batch_alter_table("sessions") as table:
        for name in times:
            # Of a session of before only its end is known: it is taken for one that has been idle.
            table.add_column(
                sa.Column(name, sa.DateTime(), nullable=False, server_default="2000-01-01 00:00:00.000000")
            )
        table.add_column(sa.Column("way", sa.String(), nullable=False, server_default="unknown"))
        table.add_column(sa.Column("awaits_code", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("sessions") as table:
        for name in times:
            table.alter_column(name, server_default=None, existing_type=sa.DateTime(), existing_nullable=False)
        table.alter_column("way", server_default=None, existing_type=sa.String(), existing_nullable=False)
        table.alter_column("awaits_code", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
    op.create_table(
        "devices",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_devices_username_users")),
        sa.PrimaryKeyConstraint("token_hash", "username", name=op.f("pk_devices")),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("bucket", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("closed_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_sign_in_tries")),
    )
    op.create_table(
        "second_factors",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_second_factors_username_users")),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_recovery_codes_username_users")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "account_requests",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("schools", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_account_requests")),
    )


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
    with op.batch_alter_table("sessions") as table:
        for column in ("created_at", "last_seen_at", "confirmed_at", "way", "awaits_code"):
            table.drop_column(column)
    with op.batch_alter_table("users") as table:
        table.drop_column("disabled_at")
