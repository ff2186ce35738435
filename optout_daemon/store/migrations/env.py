"""What alembic runs for each command: the migrations on the connection that store/migrate.py hands over.

The transaction is the caller's, on SQLite too, where the driver is told not to end it before a CREATE or ALTER.
"""

from __future__ import annotations

from alembic import context

from optout_daemon.store import schema
from optout_daemon.store.migrate import options

context.configure(connection=context.config.attributes["connection"], target_metadata=schema.metadata, **options())
with context.begin_transaction():
    context.run_migrations()
