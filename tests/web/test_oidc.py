"""Coming in by the company's account: through a real provider, and every way in which it is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from optout_daemon import accounts
from optout_daemon.core.roles import Role
from optout_daemon.store import audit, staff
from optout_daemon.web.sign_in import SESSION, TRIP
from tests.servers.identity import Identity, identity_provider
from tests.web.site import WebDesk, web_desk


@pytest.fixture
def identity() -> Iterator[Identity]:
    with identity_provider() as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, identity: Identity) -> Iterator[WebDesk]:
    """A desk with the provider, and sato's account, known there by an address."""
    (tmp_path / "oidc.secret").write_text("a secret\n", "utf-8")
    section = f'[web.oidc]\nissuer = "{identity.issuer}"\nclient_id = "desk"\nclient_secret_file = "oidc.secret"\n'
    with web_desk(tmp_path, settings=section) as found:
        found.clock.now = datetime.now(UTC)
        with found.database.transaction() as tx:
            accounts.add(tx, name="sato", role=Role.AUDITOR, email="sato@shop.example", by="test", now=found.clock())
        yield found


def begun(client: httpx.Client, next_path: str = "/account") -> str:
    """The provider's address that the button leads to."""
    return client.get("/sign-in/company", params={"next": next_path}).headers["location"]


def come(client: httpx.Client, identity: Identity, subject: str = "s-sato") -> httpx.Response:
    """There and back."""
    return client.get(identity.authorise(begun(client), subject))


def last(desk: WebDesk) -> tuple[str, dict[str, object]]:
    """The last event of the audit chain."""
    with desk.database.reading() as tx:
        event = audit.listing(tx, limit=10_000)[-1]
    return event.event, json.loads(event.data)


def why(desk: WebDesk) -> object:
    event, data = last(desk)
    return data["why"] if event == "sign_in_failed" else event


def test_the_company_account_opens_the_desk_and_is_bound_to_the_account(desk: WebDesk, identity: Identity) -> None:
    """The first time by the verified address, from then on by the subject alone; the role is the desk's."""
    client = desk.client()
    entered = come(client, identity)
    page = client.get("/account")
    with desk.database.transaction() as tx:
        account = accounts.find(tx, "sato")
        staff.change(tx, account.id, email="changed@shop.example")
    again = come(desk.client(), identity)

    assert (303, "/account") == (entered.status_code, entered.headers["location"])
    assert 200 == page.status_code
    assert TRIP not in client.cookies
    assert f"{identity.issuer} s-sato" == account.oidc_subject
    assert 303 == again.status_code
    assert ("signed_in", "oidc") == (last(desk)[0], last(desk)[1]["way"])
    assert 403 == client.get("/staff").status_code


def test_an_address_that_was_given_to_somebody_else_opens_nothing(desk: WebDesk, identity: Identity) -> None:
    """Companies give addresses anew; the account is its first owner's."""
    come(desk.client(), identity)
    answer = come(desk.client(), identity, "s-twin")

    assert (403, "unknown") == (answer.status_code, why(desk))


def test_an_unknown_person_is_refused_and_no_account_is_made(desk: WebDesk, identity: Identity) -> None:
    """Whoever works at the company need not work at this desk."""
    client = desk.client()
    answer = come(client, identity, "s-nobody")

    assert (403, "unknown") == (answer.status_code, why(desk))
    assert "Nobody of this desk has this company account." in answer.text
    assert SESSION not in client.cookies
    with desk.database.reading() as tx:
        assert ["sato"] == [account.name for account in staff.listing(tx)]


def test_an_address_that_the_provider_has_not_verified_is_no_proof(desk: WebDesk, identity: Identity) -> None:
    """Anybody may have typed it there."""
    answer = come(desk.client(), identity, "s-loose")

    assert (403, "unverified") == (answer.status_code, why(desk))
    assert "has not verified your e-mail address" in answer.text


def test_a_disabled_account_stays_closed(desk: WebDesk, identity: Identity) -> None:
    """Whoever left the desk may still be at the company; and nothing is bound."""
    with desk.database.transaction() as tx:
        accounts.disable(tx, accounts.find(tx, "sato"), by="test", now=desk.clock())
    answer = come(desk.client(), identity)

    assert (403, "disabled") == (answer.status_code, why(desk))
    assert "Your account at this desk is disabled." in answer.text
    with desk.database.reading() as tx:
        assert accounts.find(tx, "sato").oidc_subject is None


def test_a_way_back_is_gone_once(desk: WebDesk, identity: Identity) -> None:
    """Not by the same address again, not even with the cookie put back; not in another browser; not after long."""
    client, other, late = desk.client(), desk.client(), desk.client()
    address = identity.authorise(begun(client), "s-sato")
    cookie = client.cookies[TRIP]
    foreign = other.get(address)
    first = client.get(address)
    client.cookies.set(TRIP, cookie)
    second = client.get(address)
    address = identity.authorise(begun(late), "s-sato")
    desk.clock.forward(timedelta(minutes=11))
    third = late.get(address)

    assert [400, 303, 400, 400] == [each.status_code for each in (foreign, first, second, third)]
    assert "was used before" in second.text
    assert "state" == why(desk)


def test_a_state_or_cookie_that_was_tampered_with_is_refused(desk: WebDesk, identity: Identity) -> None:
    """The cookie is the desk's own, by its key."""
    client = desk.client()
    begun(client)
    cookie = client.cookies[TRIP]
    answers = [client.get("/sign-in/company/back", params={"state": "made-up", "code": "x"})]
    for made in (f"{cookie}0", f"0{cookie}", "..", "a.b.c.d", "\x7f"):
        bare = desk.client(cookie=f"{TRIP}={made}")
        answers.append(bare.get("/sign-in/company/back", params={"state": "", "code": "x"}))

    assert [400] * 6 == [each.status_code for each in answers]


def test_a_token_for_another_visit_is_refused(desk: WebDesk, identity: Identity) -> None:
    """The nonce ties the token to the visit that asked for it."""
    client = desk.client()
    address = httpx.URL(begun(client)).copy_set_param("nonce", "another")
    answer = client.get(identity.authorise(str(address), "s-sato"))

    assert (401, "token") == (answer.status_code, why(desk))
    assert "could not be verified" in answer.text


def test_an_expired_token_is_refused(desk: WebDesk, identity: Identity) -> None:
    """By the desk's clock, but for a minute."""
    identity.renew(lasting=timedelta(seconds=1))
    client = desk.client()
    address = identity.authorise(begun(client), "s-sato")
    desk.clock.forward(timedelta(minutes=5))
    answer = client.get(address)

    assert (401, "token") == (answer.status_code, why(desk))


def test_a_no_at_the_provider_is_a_plain_page(desk: WebDesk, identity: Identity) -> None:
    """Somebody pressed "cancel" there."""
    client = desk.client()
    back = httpx.URL(identity.authorise(begun(client), "s-sato", deny=True))
    state = httpx.URL(begun(client)).params["state"]
    answer = client.get("/sign-in/company/back", params={"error": back.params["error"], "state": state})

    assert (401, "declined") == (answer.status_code, why(desk))
    assert "was not completed" in answer.text


def test_another_issuer_s_answer_is_refused(desk: WebDesk, identity: Identity) -> None:
    """RFC 9207: a code of another provider is never shown to this one."""
    client = desk.client()
    back = httpx.URL(identity.authorise(begun(client), "s-sato")).copy_set_param("iss", "https://evil.example")

    assert (401, "token") == (client.get(back).status_code, why(desk))
    assert "/oauth2/token" not in [path for path, _ in identity.requests]


@pytest.mark.parametrize("before", [True, False], ids=["before the trip", "on the way back"])
def test_a_provider_that_is_down_is_said_plainly_and_the_password_still_works(
    desk: WebDesk, identity: Identity, before: bool
) -> None:
    """It is told once a minute, however often it is tried, and locks nobody out."""
    client = desk.client()
    desk.account("clerk", password="a long enough one")
    address = "" if before else identity.authorise(begun(client), "s-sato")
    identity.down = True
    answers = [client.get(address or "/sign-in/company")]
    events = [last(desk)]
    answers += [client.get("/sign-in/company") for _ in range(2 * before)]
    entered = client.post("/sign-in", data={"name": "clerk", "password": "a long enough one"})

    assert {503} == {each.status_code for each in answers}
    assert "does not answer" in answers[0].text
    assert "down" == events[0][1]["why"]
    assert 303 == entered.status_code
    with desk.database.reading() as tx:
        assert 1 == sum(event.event == "sign_in_failed" for event in audit.listing(tx, limit=10_000))


def test_attempts_from_one_address_wait(desk: WebDesk, identity: Identity) -> None:
    """They would fill the audit chain, and guess."""
    tried = [desk.client().get("/sign-in/company/back?state=x&code=y") for _ in range(11)]

    assert [400] * 10 + [429] == [each.status_code for each in tried]
    assert "Retry-After" in tried[-1].headers


def test_the_sign_in_page_shows_the_button_in_both_languages(desk: WebDesk) -> None:
    """And keeps where somebody was going."""
    english = desk.client().get("/suppressions?x=1&y=2")
    japanese = desk.client(cookie="language=ja").get("/sign-in")

    assert 'href="/sign-in/company?next=/suppressions%3Fx%3D1%26y%3D2"' in english.text
    assert "Sign in with your company account" in english.text
    assert "会社のアカウントでサインイン" in japanese.text


def test_what_was_typed_survives_coming_in_by_the_company_account(desk: WebDesk, identity: Identity) -> None:
    """The trip leaves the page, so it goes in a new tab, and the page sends what it kept afterwards."""
    client = desk.client()
    page = client.post("/account/sessions", data={"note": "typed"})
    come(client, identity)
    again = client.post("/account/sessions", data={"note": "typed"})

    assert 'target="_blank"' in page.text
    assert (403, True) == (again.status_code, "typed" in again.text)


def test_the_cookie_of_the_trip_is_short_lived_and_no_script_s(desk: WebDesk) -> None:
    """`SameSite=Lax`: it has to come along on the way back from another site, and with nothing else from there."""
    given = desk.client(**{"x-forwarded-proto": "https"}).get("/sign-in/company").headers["set-cookie"]

    assert given.startswith(f"__Host-{TRIP}=")
    assert {"HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax", "Secure"} <= set(given.split("; "))


def test_without_a_provider_there_is_no_button_and_no_way(web: WebDesk) -> None:
    """A desk is whole without one."""
    client = web.client()

    assert "company account" not in client.get("/sign-in").text
    assert [404, 404] == [client.get(path).status_code for path in ("/sign-in/company", "/sign-in/company/back")]
