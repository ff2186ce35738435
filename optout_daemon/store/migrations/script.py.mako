"""${message.capitalize()}.

Revision ${up_revision}, after ${down_revision | comma,n}. Run by `optout-daemon db upgrade` in one transaction on
both databases; SQLite has foreign keys off meanwhile, and they are checked before the commit. There is no way down:
the backup is.
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}

