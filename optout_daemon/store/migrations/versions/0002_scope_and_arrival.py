"""What is in print may still arrive until a date; inquiry and receipt say for which company; lifting is signed.

Revision 0002. Adds columns only: no table is made anew, and the time does not grow with the list.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# As in 0001, with the new column among those that an erasure cannot change.
FORGETTING = "NEW.note = '' AND " + " AND ".join(
    f"NEW.{column} {{same}} OLD.{column}"
    for column in (
        *("id", "channel", "scope", "action", "provisional", "reason", "source"),
        *("recorded_by", "recorded_at", "valid_from", "cause", "may_arrive_until"),
    )
)
# A file or a program can only strengthen; what a machine may take back is what it did provisionally.
LIFTED = "NEW.action = 'resume' AND NOT NEW.provisional"
SIGNED = (
    "NEW.source = 'staff' AND trim(NEW.recorded_by) <> '' AND trim(NEW.reason) <> ''"
    " AND (NEW.cause IS NOT NULL OR trim(NEW.note) <> '')"
)


def upgrade() -> None:
    op.add_column("ledger", sa.Column("may_arrive_until", sa.Date(), nullable=True))
    op.add_column("suppression", sa.Column("may_arrive_until", sa.Date(), nullable=True))
    op.add_column("inquiry", sa.Column("scope", sa.Text(), nullable=False, server_default="group"))
    op.add_column("receipt", sa.Column("scope", sa.Text(), nullable=False, server_default=""))
    on_sqlite() if op.get_bind().dialect.name == "sqlite" else on_postgresql()


def on_sqlite() -> None:
    op.execute("DROP TRIGGER ledger_update")
    op.execute(
        f"CREATE TRIGGER ledger_update BEFORE UPDATE ON ledger WHEN NOT ({FORGETTING.format(same='IS')})"
        " BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END"
    )
    op.execute(
        f"CREATE TRIGGER ledger_lift BEFORE INSERT ON ledger WHEN {LIFTED} AND NOT ({SIGNED})"
        " BEGIN SELECT RAISE(ABORT, 'ledger: lifting needs a person, a reason and the evidence'); END"
    )


def on_postgresql() -> None:
    op.execute("DROP TRIGGER ledger_change ON ledger")
    op.execute(
        "CREATE TRIGGER ledger_change BEFORE UPDATE ON ledger FOR EACH ROW"
        f" WHEN (NOT ({FORGETTING.format(same='IS NOT DISTINCT FROM')})) EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE FUNCTION refuse_lifting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'ledger: lifting needs a person, a reason and the evidence'"
        " USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_lift BEFORE INSERT ON ledger FOR EACH ROW"
        f" WHEN ({LIFTED} AND NOT ({SIGNED})) EXECUTE FUNCTION refuse_lifting()"
    )
