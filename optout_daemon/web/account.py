"""One's own account: change the password, set up an authenticator, see and end one's sessions."""

from __future__ import annotations

import re
from typing import Annotated, Final

import segno
from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from optout_daemon import accounts
from optout_daemon.accounts import AccountRefused
from optout_daemon.second_factor import new_recovery_codes, new_salt
from optout_daemon.store import staff, staff_sessions
from optout_daemon.web.entrance import sessions_of
from optout_daemon.web.guard import Guarded, who_of
from optout_daemon.web.navigation import N_
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.sign_in import KNOWN, SESSION, YEAR, give
from optout_daemon.web.site import site_of

router = APIRouter(route_class=Guarded, include_in_schema=False)

Typed = Annotated[str, Form(max_length=1_000)]

REFUSED: Final = {
    "password_short": N_("The password is too short: 12 characters are the least."),
    "password_long": N_("The password is too long: 200 characters are the most."),
    "password_name": N_("The password holds the name of the account."),
    "password_simple": N_("The password is too simple: few different characters, or all in a row."),
    "name": N_("A name is 1 to 64 letters, digits and . _ @ + -, and not one that the records use themselves."),
    "taken": N_("Another account has this name or address."),
    "unknown": N_("There is no such account."),
    "last_supervisor": N_("Nobody could keep accounts any more; make another supervisor first."),
    "wrong": N_("The present password is not right."),
    "wait": N_("There were too many attempts. Try again later."),
    "different": N_("The two new passwords are not the same."),
    "code": N_("This code is not right. Look whether the clock of your telephone is, and take the next code."),
}


@router.get("/account", name="account.page")
def page(request: Request) -> Response:
    """What one's account is, and where it is signed in."""
    return shown(request)


@router.post("/account/password", name="account.password")
def password(request: Request, present: Typed = "", new: Typed = "", again: Typed = "") -> Response:
    """Change the password: it ends every session, and this browser gets a new one."""
    site, who, door = site_of(request), who_of(request), sessions_of(request).door
    now = site.clock()
    with site.built.database.reading() as tx:
        account = accounts.get(tx, who.account)
    if new != again:
        return shown(request, refused="different")
    address = request.client.host if request.client else ""
    verdict = door.proves(account, present, address=address, now=now)
    if verdict:
        return shown(request, refused=verdict)
    try:
        accounts.check_password(new, account.name)
    except AccountRefused as error:
        return shown(request, refused=error.why)
    hashed = door.passwords.hash(new)
    with site.built.database.transaction() as tx:
        accounts.set_password(tx, account, hashed, temporary=False, by=who.name, now=now)
        browser = request.headers.get("user-agent", "")
        token = door.begin(tx, account, way="totp" if account.has_totp else "password", browser=browser, now=now)
    answer = _back(request)
    give(request, answer, SESSION, token)
    give(request, answer, KNOWN, door.known(account), seconds=YEAR)
    return answer


@router.post("/account/authenticator", name="account.authenticator")
def authenticator(request: Request, present: Typed = "") -> Response:
    """Begin to set up an authenticator: its secret is shown until a code of it was seen.

    Needs the password too: whoever comes to a browser that somebody left open must not shut its owner out.
    """
    site, who, door = site_of(request), who_of(request), sessions_of(request).door
    with site.built.database.reading() as tx:
        account = accounts.get(tx, who.account)
    if asks_for_password(account, who.owes):
        address = request.client.host if request.client else ""
        verdict = door.proves(account, present, address=address, now=site.clock())
        if verdict:
            return shown(request, refused=verdict)
    with site.built.database.transaction() as tx:
        staff.change(tx, who.account, totp_pending=new_salt())
    return _back(request)


@router.post("/account/authenticator/confirm", name="account.confirm")
def confirm(request: Request, code: Annotated[str, Form(max_length=40)] = "") -> Response:
    """The first code: from now on every sign-in needs one. Shows the recovery codes, once."""
    site, who, door = site_of(request), who_of(request), sessions_of(request).door
    now, codes = site.clock(), new_recovery_codes()
    with site.built.database.transaction() as tx:
        account = accounts.get(tx, who.account)
        step = door.codes.step(account.totp_pending, code, now=now)
        if step is not None:
            accounts.set_authenticator(tx, account, [door.codes.digests(each)[0] for each in codes], step=step, now=now)
            accounts.end_sessions(tx, account, by=who.name, now=now, but=who.session)
    return shown(request, refused="code") if step is None else shown(request, codes=codes)


@router.post("/account/sessions", name="account.sessions")
def sessions(request: Request) -> Response:
    """Sign out everywhere else."""
    site, who = site_of(request), who_of(request)
    with site.built.database.transaction() as tx:
        accounts.end_sessions(tx, accounts.get(tx, who.account), by=who.name, now=site.clock(), but=who.session)
    return _back(request)


def asks_for_password(account: staff.Account, owes: str) -> bool:
    """Whether an authenticator is set up with the password only: not where its role demands it, just signed in."""
    return bool(account.password_hash) and owes != "totp"


def shown(request: Request, *, refused: str = "", codes: list[str] | None = None) -> Response:
    """The page, with why a change was refused or with new recovery codes."""
    site, who, door = site_of(request), who_of(request), sessions_of(request).door
    with site.built.database.reading() as tx:
        account = accounts.get(tx, who.account)
        found = staff_sessions.of_account(tx, who.account)
        left = staff.recovery_codes(tx, who.account)
    pending = account.totp_pending
    uri = door.codes.uri(pending, name=account.name, desk=site.settings.desk.name) if pending else ""
    values = {
        "account": account,
        "sessions": found,
        "codes": codes or [],
        "asks": asks_for_password(account, who.owes),
        "left": left,
        "refused": REFUSED.get(refused, ""),
        "owes": "" if codes else who.owes,
        "image": segno.make(uri, error="m").svg_data_uri(scale=5, border=4, light="#fff") if pending else "",
        "secret": " ".join(re.findall(".{1,4}", door.codes.secret(pending))) if pending else "",
    }
    return pages_of(request).render(request, "account.html", status=422 if refused else 200, **values)


def _back(request: Request) -> RedirectResponse:
    return RedirectResponse(str(request.app.url_path_for("account.page")), status_code=303)
