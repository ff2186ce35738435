"""`optout-daemon staff`: the accounts of the review desk: add, list, role, disable, reset what was forgotten."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import UTC, datetime
from getpass import getpass
from typing import Annotated

import typer

from optout_daemon import accounts
from optout_daemon.cli import output
from optout_daemon.cli.output import AsJson, line, message
from optout_daemon.cli.session import database_of, settings_of, who
from optout_daemon.config import Settings
from optout_daemon.core.accounts import account_name
from optout_daemon.core.roles import Role
from optout_daemon.errors import SettingsError
from optout_daemon.passwords import Passwords
from optout_daemon.store import staff
from optout_daemon.store.staff import Account

app = typer.Typer(name="staff", help="Who may sign in to the review desk.", no_args_is_help=True)

COLUMNS = ("name", "role", "state", "authenticator", "signed_in_at")
Name = Annotated[str, typer.Argument(help="The name by which they sign in.")]


@app.command()
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.CLERK,
    email: Annotated[
        str, typer.Option(help="Known by this address at the identity provider (web.oidc): no password is asked for.")
    ] = "",
    subject: Annotated[str, typer.Option(help="Known there by this subject (`sub`): no password is asked for.")] = "",
) -> None:
    """Make an account. The password is asked for, or read from standard input; exit 1 where it is refused."""
    settings = settings_of(context)
    bound = _bound(settings, email, subject)
    with database_of(settings) as database:
        hashed = "" if email or subject else _new_password(name)
        now = datetime.now(UTC)
        with database.transaction() as tx:
            made = accounts.add(tx, name=name, role=role, email=email or None, subject=bound, by=who(), now=now)
            if hashed:
                accounts.set_password(tx, made, hashed, temporary=False, by=who(), now=now)
    line(f"{made.name}: made, {made.role}")


@app.command()
def identity(
    context: typer.Context,
    name: Name,
    email: Annotated[str, typer.Option(help="Known by this address at the identity provider (web.oidc).")] = "",
    subject: Annotated[str, typer.Option(help="Known there by this subject (`sub`).")] = "",
    none: Annotated[bool, typer.Option("--none", help="Known there no more.")] = False,
) -> None:
    """Say by what the identity provider knows an account; what held before holds no more, and its sessions end."""
    if [bool(email), bool(subject), none].count(True) != 1:
        raise typer.BadParameter("give one of --email ADDRESS, --subject SUB and --none")
    settings = settings_of(context)
    bound = _bound(settings, email, subject)
    with database_of(settings) as database, database.transaction() as tx:
        found = accounts.find(tx, name)
        accounts.set_identity(tx, found, email=email or None, subject=bound, by=who(), now=datetime.now(UTC))
    by_what = "its address" if email else "its subject" if subject else "nothing"
    line(f"{found.name}: known at the identity provider by {by_what}, and signed out everywhere")


@app.command("list")
def list_staff(context: typer.Context, json: AsJson = False) -> None:
    """List the accounts by name."""
    with database_of(settings_of(context)) as database, database.reading() as tx:
        found = staff.listing(tx)
    output.table([_row(account) for account in found], COLUMNS, as_json=json)


@app.command("role")
def set_role(context: typer.Context, name: Name, role: Role) -> None:
    """Give an account another role, from its next click on."""
    with database_of(settings_of(context)) as database, database.transaction() as tx:
        accounts.set_role(tx, accounts.find(tx, name), role, by=who(), now=datetime.now(UTC))
    line(f"{name}: {role}")


@app.command()
def disable(context: typer.Context, name: Name) -> None:
    """Let nobody sign in to an account any more, and end its sessions."""
    with database_of(settings_of(context)) as database, database.transaction() as tx:
        accounts.disable(tx, accounts.find(tx, name), by=who(), now=datetime.now(UTC))
    line(f"{name}: disabled, and signed out everywhere")


@app.command()
def enable(context: typer.Context, name: Name) -> None:
    """Let a disabled account in again."""
    with database_of(settings_of(context)) as database, database.transaction() as tx:
        accounts.enable(tx, accounts.find(tx, name), by=who(), now=datetime.now(UTC))
    line(f"{name}: may sign in")


@app.command("reset-password")
def reset_password(context: typer.Context, name: Name) -> None:
    """Give an account a password that has to be changed at the next sign-in, and end its sessions."""
    with database_of(settings_of(context)) as database:
        with database.reading() as tx:
            found = accounts.find(tx, name)
        hashed = _new_password(found.name)
        with database.transaction() as tx:
            accounts.set_password(tx, found, hashed, temporary=True, by=who(), now=datetime.now(UTC))
    line(f"{found.name}: has a new password, to be changed at the next sign-in")


@app.command("reset-totp")
def reset_totp(context: typer.Context, name: Name) -> None:
    """Take an account's authenticator and recovery codes away: the password alone lets them in again."""
    with database_of(settings_of(context)) as database, database.transaction() as tx:
        accounts.reset_authenticator(tx, accounts.find(tx, name), by=who(), now=datetime.now(UTC))
    line(f"{name}: has no authenticator any more")


def _bound(settings: Settings, email: str, subject: str) -> str | None:
    """The subject as it is kept. SettingsError where something is given and no provider is set."""
    oidc = settings.web.oidc
    if (email or subject) and oidc is None:
        raise SettingsError("web.oidc: --email and --subject are for an identity provider, and none is set")
    return accounts.subject_of(oidc.issuer, subject) if oidc is not None and subject else None


def _new_password(name: str) -> str:
    """The hash of a password that was typed twice at a terminal, or stands on the first line of standard input."""
    if sys.stdin.isatty():
        password = getpass("Password: ", stream=sys.stderr)
        if getpass("The same again: ", stream=sys.stderr) != password:
            message("the two are not the same; nothing was changed")
            raise typer.Exit(1)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    with suppress(ValueError):
        name = account_name(name)
    accounts.check_password(password, name)
    return Passwords().hash(password)


def _row(account: Account) -> dict[str, object]:
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role,
        "state": "disabled" if account.disabled else "may sign in",
        "authenticator": account.has_totp,
        "password": bool(account.password_hash),
        "created_at": account.created_at,
        "signed_in_at": account.signed_in_at,
        "disabled_at": account.disabled_at,
    }
