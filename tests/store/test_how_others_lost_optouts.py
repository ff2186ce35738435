"""How the lists of others lost opt-outs, by their own users' reports; none of it happens here.

Each test names the program and its issue. The list is asked as a sender asks it.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import exc, text

from optout_daemon import blocking, erasing
from optout_daemon.blocking import Subject
from optout_daemon.core.digests import Digests, sha256
from optout_daemon.core.keys import Keys
from optout_daemon.core.model import Action, Customer
from optout_daemon.list_export import Form, export
from optout_daemon.list_import import Imported, Wishes, import_file
from optout_daemon.store import customers, suppressions
from optout_daemon.store.database import Database
from optout_daemon.store.ledger import PROVISIONAL
from optout_daemon.store.suppressions import Blocked
from tests.store.builders import DAY, NOW, entry

ANNA = "anna@example.org"
DIGESTS = Digests(Keys(b"k" * 32))
RECORD = Customer("20000001", "Anna Arden", "1 Birch Lane, Oakford", email=ANNA)


def told(database: Database, email: str = ANNA, scope: str | None = None) -> list[Blocked]:
    """Why no e-mail may be sent there; empty: it may."""
    with database.reading() as tx:
        return suppressions.check(tx, email=email, channel="email", digests=DIGESTS, scope=scope)


def stop(database: Database, **changes: object) -> None:
    with database.transaction() as tx:
        suppressions.append(tx, [entry(customer_number=None, emails=(ANNA,), **changes)], now=NOW, digests=DIGESTS)


def take_in(database: Database, folder: Path, content: str) -> Imported:
    file = folder / "theirs.csv"
    file.write_text(content, encoding="utf-8")
    wishes = Wishes(("email", "print"), "email", "importer", "[0-9]{8}", companies=("travel",))
    return import_file(file, database=database, wishes=wishes, digests=DIGESTS, now=NOW + DAY)


def directory(database: Database, *records: Customer) -> None:
    with database.transaction() as tx:
        customers.replace_all(tx, records, keys=lambda _: [("name", "arden")], max_removed=1)


OTHERS = (
    f"uuid,email,name,attributes,status,created_at,updated_at\na,{ANNA},A,{{}},enabled,,\n",
    f"subject_kind,subject,channel,scope,action,since,provisional\nemail,{ANNA},email,group,resume,,no\n",
    f"email,created\n{ANNA},1\n",
    f"EmailAddress,Reason,LastUpdateTime\n{ANNA},BOUNCE,2025-01-01\n",
)


def test_importing_again_neither_lifts_nor_overwrites_a_block(database: Database, tmp_path: Path) -> None:
    """listmonk #2008 ("I lost my information about who was unsubscribed"), Mailtrain #325; SES's PUT overrides the
    record, so that date and reason are gone.
    """
    stop(database)
    before = told(database)
    for content in OTHERS:
        take_in(database, tmp_path, content)

        assert (1, before) == (len(before), told(database))


def test_an_opt_out_stays_apart_from_a_bounce(database: Database, tmp_path: Path) -> None:
    """listmonk #2192, #2452: after a while nobody could say which addresses people had asked for."""
    stop(database)
    take_in(database, tmp_path, f"status,reason,email,created\n5.1.1,no,{ANNA},1\n5.1.1,no,b@example.org,1\n")
    with database.reading() as tx:
        found = {line.subject: (line.reason, line.source) for line in suppressions.listing(tx)}

    assert {ANNA: ("opt_out", "mail"), "b@example.org": ("bounce", "import")} == found


def test_deleting_a_person_leaves_the_block(database: Database) -> None:
    """Mautic #5699: the opt-out hangs on the contact by a foreign key, and goes with it."""
    directory(database, RECORD)
    stop(database)
    with database.transaction() as tx:
        erasing.erase(tx, Subject(customer_number=RECORD.number), DIGESTS, by="clerk", now=NOW)
        assert 0 == customers.count(tx)

    assert ["email_digest"] == [block.subject_kind for block in told(database)]


def test_a_person_who_is_entered_again_is_still_blocked(database: Database) -> None:
    """phpList #322: an address on the blacklist was active when it was created anew. Sympa and others copy a flag."""
    directory(database, RECORD)
    stop(database)
    directory(database)
    directory(database, RECORD)

    assert 1 == len(told(database))


def test_all_blocks_leave_in_an_export_and_come_back_by_an_import(
    database: Database, sqlite_template: Path, tmp_path: Path
) -> None:
    """Mautic #11679: the export did not have them, and after a rebuild the people were mailed. Mailtrain #1264: a list
    of digests could not be imported.
    """
    with database.transaction() as tx:
        suppressions.append(tx, [entry(emails=(ANNA,), scope="travel"), entry(emails=("b@example.org",))], now=NOW)
        erasing.erase(tx, Subject(email="b@example.org"), DIGESTS, by="clerk", now=NOW)
        suppressions.rebuild(tx)
    export(database, tmp_path / "list.csv", Form(), receiver="move", by="clerk", now=NOW)
    moved = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'moved.db')}")
    take_in(moved, tmp_path, (tmp_path / "list.csv").read_text("utf-8"))

    for one in (database, moved):
        assert [["travel"], ["group"]] == [[block.scope for block in told(one, who)] for who in (ANNA, "b@example.org")]
    moved.close()


def test_a_company_that_is_given_up_leaves_its_blocks(database: Database) -> None:
    """SendGrid: deleting a group removes its suppressions, and its addresses are mailed again."""
    stop(database, scope="travel")

    assert (1, 1) == (len(told(database)), len(told(database, scope="travel")))


def test_a_digest_is_of_the_form_that_is_compared(database: Database, tmp_path: Path) -> None:
    """iPost: its list of MD5 is case-sensitive and matched nobody, in silence."""
    take_in(database, tmp_path, f"email_sha256\n{sha256(ANNA).upper()}\n")

    assert [1, 1, 1] == [len(told(database, as_typed)) for as_typed in ("ANNA@example.org", f" {ANNA} ", f"{ANNA}.")]


def test_adding_who_is_there_already_is_no_error(database: Database, tmp_path: Path) -> None:
    """Mailchimp answers with an error where an address "cannot be re-imported", and breaks whoever only wants it blocked."""
    first, second = (take_in(database, tmp_path, f"email\n{ANNA}\n") for _ in range(2))

    assert ((1, 0), (0, 1)) == ((first.added, first.already), (second.added, second.already))


def test_a_person_can_have_the_block_lifted_with_the_evidence(database: Database) -> None:
    """Mautic #323: there was no way back, so people were deleted and entered anew. Here it is one more entry."""
    stop(database)
    with database.transaction() as tx:
        with pytest.raises(blocking.EvidenceNeeded):
            blocking.lift(tx, Subject(email=ANNA), ["email"], reason="asked", by="clerk", note=" ", now=NOW)
        blocking.lift(tx, Subject(email=ANNA), ["email"], reason="asked", by="clerk", note="letter", now=NOW)

    assert [] == told(database)
    with database.reading() as tx:
        assert 2 == len(suppressions.history(tx, email=ANNA))


RESUME = (
    "INSERT INTO ledger (channel, scope, action, provisional, reason, source, recorded_by, recorded_at, valid_from,"
    " note, cause) VALUES ('email', 'group', 'resume', {provisional}, '{reason}', '{source}', '{by}',"
    " '2025-01-01 00:00:00', '2025-01-01 00:00:00', '{note}', {cause})"
)
SIGNED = {
    "provisional": "false",
    "reason": "asked",
    "source": "staff",
    "by": "Aki",
    "note": "letter",
    "cause": "NULL",
}


def test_the_database_itself_refuses_an_unsigned_lift(database: Database) -> None:
    """An overwrite by a script is how most lists lost theirs; a hand at the database's shell has to sign as well."""
    for lacking in ({"source": "import"}, {"source": "api"}, {"by": " "}, {"reason": ""}, {"note": " "}):
        with pytest.raises(exc.IntegrityError, match="person, a reason and the evidence"), database.transaction() as tx:
            tx.execute(text(RESUME.format(**(SIGNED | lacking))))


def test_the_database_lets_a_signed_lift_through(database: Database) -> None:
    """A person with a note, or with the inquiry that shows it; and a machine's own provisional block by its decision."""
    by_machine = {"provisional": "true", "source": "mail", "by": "machine", "note": ""}
    with database.transaction() as tx:
        for signed in ({}, {"note": "", "cause": "7"}, by_machine):
            tx.execute(text(RESUME.format(**(SIGNED | signed))))

        assert 3 == suppressions.version(tx)


ADDS = st.lists(
    st.tuples(
        st.sampled_from(["import", "api"]),
        st.sampled_from([Action.STOP, Action.RESUME]),
        st.booleans(),
        st.sampled_from(["a@example.org", "b@example.org"]),
        st.integers(-3, 3),
    ),
    min_size=1,
    max_size=6,
)
HANDS = st.lists(
    st.tuples(st.sampled_from([Action.STOP, Action.RESUME]), st.booleans(), st.sampled_from(["a@example.org"])),
    max_size=4,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hands=HANDS, adds=ADDS)
def test_what_a_file_or_a_program_adds_only_ever_strengthens(
    database: Database,
    hands: list[tuple[Action, bool, str]],
    adds: list[tuple[str, Action, bool, str, int]],
) -> None:
    """Whatever is on the list, and whatever they send: who was blocked is, no block is weaker, no date is later."""

    def now_blocked() -> dict[str, tuple[bool, datetime, int]]:
        found: dict[str, tuple[bool, datetime, int]] = {}
        for email in ("a@example.org", "b@example.org"):
            for block in suppressions.check(tx, email=email, channel="email", scope=scope):
                found[email] = (block.provisional, block.since, block.entry_id)
        return found

    with database.transaction() as tx:
        scope = f"example {suppressions.version(tx)}"  # one of its own for each example
        start = entry(customer_number=None, scope=scope, source="staff", by="Aki", note="letter")
        for action, provisional, email in hands:
            reason = PROVISIONAL if provisional else "asked"
            by_hand = replace(start, action=action, reason=reason, emails=(email,))
            suppressions.append(tx, [by_hand], now=NOW, digests=DIGESTS)
        before = now_blocked()
        for source, action, provisional, email, days in adds:
            reason = PROVISIONAL if provisional and action is Action.STOP else "opt_out"
            added = replace(
                start, action=action, reason=reason, source=source, emails=(email,), valid_from=NOW + days * DAY
            )
            if action is Action.RESUME:
                with pytest.raises(ValueError, match="evidence"):
                    suppressions.append(tx, [added], now=NOW, digests=DIGESTS)
            else:
                suppressions.append(tx, [added], now=NOW, digests=DIGESTS)
        after = now_blocked()

    assert before.keys() <= after.keys()
    for email, (provisional, since, number) in before.items():
        still, since_now, number_now = after[email]
        assert still <= provisional
        assert since_now <= since
        assert provisional or (since, number) == (since_now, number_now)
