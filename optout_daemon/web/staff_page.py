"""The accounts of the desk, for a supervisor: make one, change a role, disable, sign out, reset what was forgotten."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from optout_daemon import accounts
from optout_daemon.accounts import AccountRefused
from optout_daemon.core.roles import Role
from optout_daemon.store import staff, staff_sessions
from optout_daemon.web.account import REFUSED
from optout_daemon.web.entrance import sessions_of
from optout_daemon.web.guard import Guarded, who_of
from optout_daemon.web.numbers import Id
from optout_daemon.web.rendering import pages_of
from optout_daemon.web.site import site_of
from optout_daemon.web.views import record_view

router = APIRouter(route_class=Guarded, include_in_schema=False)

Action = Literal["role", "disable", "enable", "sign_out", "password", "authenticator"]


@router.get("/staff", name="staff.list")
def page(request: Request) -> Response:
    """Every account, and where it is signed in."""
    record_view(request, "staff")
    return _shown(request)


@router.post("/staff", name="staff.add")
def add(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[Role, Form()] = Role.CLERK,
    password: Annotated[str, Form(max_length=1_000)] = "",
) -> Response:
    """A new account with a password that its owner has to change at once."""
    site, who, door = site_of(request), who_of(request), sessions_of(request).door
    now = site.clock()
    try:
        accounts.check_password(password, name)
        hashed = door.passwords.hash(password)
        with site.built.database.transaction() as tx:
            made = accounts.add(tx, name=name, role=role, by=who.name, now=now)
            accounts.set_password(tx, made, hashed, temporary=True, by=who.name, now=now)
    except AccountRefused as error:
        return _shown(request, refused=error.why)
    return _back(request)


@router.post("/staff/{account}", name="staff.change")
def change(
    request: Request,
    account: Id,
    action: Annotated[Action, Form()],
    role: Annotated[Role, Form()] = Role.CLERK,
    password: Annotated[str, Form(max_length=1_000)] = "",
) -> Response:
    """One change of one account."""
    site, by, now = site_of(request), who_of(request).name, site_of(request).clock()
    try:
        with site.built.database.reading() as tx:
            found = accounts.get(tx, account)
        hashed = ""
        if action == "password":
            accounts.check_password(password, found.name)
            hashed = sessions_of(request).door.passwords.hash(password)
        with site.built.database.transaction() as tx:
            found = accounts.get(tx, account)
            match action:
                case "role":
                    accounts.set_role(tx, found, role, by=by, now=now)
                case "disable":
                    accounts.disable(tx, found, by=by, now=now)
                case "enable":
                    accounts.enable(tx, found, by=by, now=now)
                case "sign_out":
                    accounts.end_sessions(tx, found, by=by, now=now)
                case "password":
                    accounts.set_password(tx, found, hashed, temporary=True, by=by, now=now)
                case "authenticator":
                    accounts.reset_authenticator(tx, found, by=by, now=now)
    except AccountRefused as error:
        return _shown(request, refused=error.why)
    return _back(request)


def _shown(request: Request, *, refused: str = "") -> Response:
    with site_of(request).built.database.reading() as tx:
        found = [(account, len(staff_sessions.of_account(tx, account.id))) for account in staff.listing(tx)]
    values = {"accounts": found, "refused": REFUSED.get(refused, ""), "roles": list(Role)}
    return pages_of(request).render(request, "staff.html", status=422 if refused else 200, **values)


def _back(request: Request) -> RedirectResponse:
    return RedirectResponse(str(request.app.url_path_for("staff.list")), status_code=303)
