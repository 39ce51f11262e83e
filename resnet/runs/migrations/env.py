"""Alembic runs this file: it changes the database behind the connection that `resnet.runs.schema.bring_up_to_date` hands over."""

from __future__ import annotations

from alembic import context

from resnet.runs.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
