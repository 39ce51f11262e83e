"""A run has a title and a note that people gave it, and can be deleted for a while before it is gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("runs", sa.Column("title", sa.String(80), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("note", sa.String(1000), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("deleted", sa.Float))
