"""One's own account and everybody's: password, authenticator, sessions, roles."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pyotp
import pytest

from optout_daemon.passwords import Cost, Passwords
from optout_daemon.store import audit, staff
from tests.web.site import CHEAP, WebDesk, web_desk
from tests.web.test_sign_in import PASSWORD, try_in


def enrol(web: WebDesk, client: httpx.Client) -> tuple[pyotp.TOTP, list[str]]:
    """Set up an authenticator as the page says; it and the recovery codes."""
    client.post("/account/authenticator", data={"present": PASSWORD})
    page = client.get("/account").text
    found = re.search(r'<p class="mono">([A-Z2-7 ]+)</p>', page)
    assert found
    assert 'src="data:image/svg+xml' in page
    totp = pyotp.TOTP(found[1].replace(" ", ""))
    confirmed = client.post("/account/authenticator/confirm", data={"code": totp.at(web.clock())})
    codes = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", confirmed.text)
    assert 10 == len(codes)
    return totp, codes


def test_an_authenticator_s_code_is_needed_and_serves_once(web: WebDesk) -> None:
    """RFC 6238, section 5.2: who looked over a shoulder cannot use the same code."""
    web.account("clerk", password=PASSWORD)
    totp, _ = enrol(web, web.sign_in("clerk"))
    confirmed = totp.at(web.clock())
    web.clock.forward(timedelta(seconds=60))
    code = totp.at(web.clock())
    tried = [try_in(web.client(), "clerk", PASSWORD, each).status_code for each in ("", confirmed, code, code)]

    assert [401, 401, 303, 401] == tried


def test_a_recovery_code_stands_in_once(web: WebDesk) -> None:
    """A lost telephone locks nobody out, and a code that was found on a desk is worth one sign-in at most."""
    web.account("clerk", password=PASSWORD)
    _, codes = enrol(web, web.sign_in("clerk"))
    tried = [try_in(web.client(), "clerk", PASSWORD, each).status_code for each in (codes[3], codes[3], codes[4])]

    assert [303, 401, 303] == tried
    with web.database.reading() as tx:
        assert 8 == staff.recovery_codes(tx, web.account("clerk").id)


def test_the_database_alone_gives_no_code(web: WebDesk) -> None:
    """The secret is derived from the key as well; of recovery codes there are digests by the key."""
    totp, codes = enrol(web, web.sign_in("clerk"))
    kept = Path(str(web.database.url.database)).read_bytes() + Path(f"{web.database.url.database}-wal").read_bytes()

    assert totp.secret.encode() not in kept
    assert not any(code.encode() in kept or code.replace("-", "").encode() in kept for code in codes)


def test_a_role_may_have_to_have_an_authenticator(tmp_path: Path) -> None:
    """Until it is set up every page leads to the one where it is."""
    with web_desk(tmp_path, settings='demand_authenticator = ["supervisor"]\n') as web:
        client = web.sign_in("supervisor")
        before = client.get("/staff")
        enrol(web, client)

        assert (303, "/account") == (before.status_code, before.headers["location"])
        assert 200 == client.get("/staff").status_code


@pytest.mark.parametrize(("present", "begun"), [("", False), ("not the one", False), (PASSWORD, True)])
def test_an_authenticator_is_not_set_up_without_the_password(web: WebDesk, present: str, begun: bool) -> None:
    """A browser that somebody left open would be enough to shut its owner out."""
    web.account("clerk", password=PASSWORD)
    client = web.sign_in("clerk")
    client.post("/account/authenticator", data={"present": present})

    assert begun == bool(web.account("clerk").totp_pending)
    assert begun == ("<img" in client.get("/account").text)


def test_a_given_password_has_to_be_changed_first(web: WebDesk) -> None:
    """Whoever gave it knows it. The change ends every session but gives this browser a new one."""
    given, own = "given by a supervisor", "my own long words"
    supervisor = web.sign_in("supervisor")
    made = supervisor.post("/staff", data={"name": "Hanako", "role": "supervisor", "password": given})
    client = web.client()
    try_in(client, "hanako", given)
    kept_out = client.get("/staff")
    token = re.search(r'name="csrf" value="(\w+)"', client.get("/account").text)
    assert token
    changed = client.post("/account/password", data={"csrf": token[1], "present": given, "new": own, "again": own})

    assert (303, 303, 303) == (made.status_code, kept_out.status_code, changed.status_code)
    assert 200 == client.get("/staff").status_code
    assert [401, 303] == [try_in(web.client(), "hanako", each).status_code for each in (given, own)]


@pytest.mark.parametrize(
    ("present", "new", "again"),
    [("wrong", "a good long one", "a good long one"), (PASSWORD, "short", "short"), (PASSWORD, "a good long one", "b")],
)
def test_a_password_is_not_changed_without_the_present_one_and_a_good_one(
    web: WebDesk, present: str, new: str, again: str
) -> None:
    """An open desk is not enough to take an account over."""
    web.account("clerk", password=PASSWORD)
    answer = web.sign_in("clerk").post("/account/password", data={"present": present, "new": new, "again": again})

    assert 422 == answer.status_code
    assert 303 == try_in(web.client(), "clerk", PASSWORD).status_code


def test_a_supervisor_ends_sessions_takes_roles_and_disables(web: WebDesk) -> None:
    """Each at once, without waiting for the other's next sign-in; and each is in the chain."""
    supervisor, clerk = web.sign_in("supervisor"), web.sign_in("clerk")
    account = web.account("clerk").id
    seen = [clerk.get("/staff").status_code]
    for form in ({"action": "role", "role": "supervisor"}, {"action": "sign_out"}):
        assert 303 == supervisor.post(f"/staff/{account}", data=form).status_code
        seen.append(clerk.get("/staff").status_code)
    again = web.sign_in("clerk")
    supervisor.post(f"/staff/{account}", data={"action": "disable"})
    seen.append(again.get("/staff").status_code)
    with web.database.reading() as tx:
        told = [(event.event, event.actor) for event in audit.listing(tx) if event.event.startswith("staff_")]

    assert [403, 200, 401, 401] == seen
    assert [
        ("staff_role_set", "supervisor"),
        ("staff_sessions_ended", "supervisor"),
        ("staff_disabled", "supervisor"),
    ] == told[-3:]


def test_who_looks_at_the_accounts_is_in_the_chain(web: WebDesk) -> None:
    """Names of staff are personal data too."""
    web.sign_in("supervisor").get("/staff")
    with web.database.reading() as tx:
        last = audit.listing(tx)[-1]

    assert ("viewed", "supervisor") == (last.event, last.actor)
    assert '"what":"staff"' in last.data


def test_a_hash_of_another_cost_is_made_anew_at_the_next_sign_in(web: WebDesk) -> None:
    """What Argon2id takes grows with the years; nobody has to choose a new password for it."""
    account = web.account("clerk")
    with web.database.transaction() as tx:
        staff.change(tx, account.id, password_hash=Passwords(Cost(2, 16, 1)).hash(PASSWORD))
    entered = try_in(web.client(), "clerk", PASSWORD)
    hashed = web.account("clerk").password_hash

    assert 303 == entered.status_code
    assert "m=8,t=1,p=1" in hashed
    assert not Passwords(CHEAP).stale(hashed)
