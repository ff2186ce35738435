"""Whom the tokens of List-Unsubscribe mean.

Revision 0003. Adds one table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "one_click_target",
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_one_click_target")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_one_click_target_subject_kind_subject"), "one_click_target", ["subject_kind", "subject"])
