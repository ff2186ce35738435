"""The review desk: what held mails say, who looks at which, and two more kinds of outgoing mail.

Revision 0005. A CHECK of SQLite is changed in the schema's text, as its manual has it (lang_altertable, section 7):
making the table anew would drop what refers to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "'confirmed', 'missing', 'received', 'none'"
AFTER = "'confirmed', 'missing', 'received', 'answer', 'hand_over', 'none'"
KINDS = (("inquiry", "reply"), ("outbox", "kind"))


def upgrade() -> None:
    op.create_table(
        "held_text",
        sa.Column("inquiry_id", ID, sa.ForeignKey("inquiry.id", name="fk_held_text_inquiry_id"), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
    )
    # What the mails say is known to their readers alone; by author and subject they are found until they are decided.
    op.execute(
        "INSERT INTO held_text (inquiry_id, text)"
        " SELECT id, lower(coalesce(author, '') || ' ' || subject) FROM inquiry WHERE state = 'held'"
    )
    op.create_table(
        "presence",
        sa.Column("inquiry_id", ID, sa.ForeignKey("inquiry.id", name="fk_presence_inquiry_id"), primary_key=True),
        sa.Column("who", sa.Text(), primary_key=True),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
    )
    held = sa.text("state = 'held'")
    op.create_index("ix_inquiry_held", "inquiry", ["category", "language"], sqlite_where=held, postgresql_where=held)
    kinds_on_sqlite() if op.get_bind().dialect.name == "sqlite" else kinds_on_postgresql()


def kinds_on_postgresql() -> None:
    for table, column in KINDS:
        name = op.f(f"ck_{table}_{column}")
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, f"{column} IN ({AFTER})")


def kinds_on_sqlite() -> None:
    bind = op.get_bind()
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    for table, column in KINDS:
        changed = bind.execute(
            sa.text(
                "UPDATE sqlite_schema SET sql = replace(sql, :before, :after)"
                " WHERE type = 'table' AND name = :table AND instr(sql, :before) > 0"
            ),
            {"table": table, "before": f"{column} IN ({BEFORE})", "after": f"{column} IN ({AFTER})"},
        )
        if changed.rowcount != 1:
            raise RuntimeError(f"the table {table} is not the one that was released")
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
