"""Keys of platforms: when one ends, which it takes the place of, when it was used last, how much it may ask."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
COLUMNS = (
    ("expires_at", sa.DateTime()),
    ("replaces", sa.String()),
    ("last_used_at", sa.DateTime()),
    ("per_minute", sa.Integer()),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("api_keys", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in COLUMNS:
        op.drop_column("api_keys", name)
