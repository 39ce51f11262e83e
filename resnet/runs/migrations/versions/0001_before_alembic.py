"""What the tables were before they had versions: none at all, without `owner`, or with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    if not inspector.has_table("runs"):
        op.create_table(
            "runs",
            sa.Column("id", sa.String(32), primary_key=True),
            sa.Column("created", sa.Float, nullable=False, index=True),
            sa.Column("config", sa.JSON, nullable=False),
            sa.Column("state", sa.String(16), nullable=False, index=True),
            sa.Column("owner", sa.String(200), nullable=False),
            sa.Column("outcome", sa.JSON),
        )
    elif "owner" not in {column["name"] for column in inspector.get_columns("runs")}:
        op.add_column("runs", sa.Column("owner", sa.String(200), nullable=False, server_default=""))
    if not inspector.has_table("events"):
        op.create_table(
            "events",
            sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
            sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("kind", sa.String(16), nullable=False),
            sa.Column("data", sa.JSON, nullable=False),
        )
