"""The API for those who send: ask the list about one or many, follow its changes, add to it. OpenAPI describes it.

Nothing here lifts a block. What is refused is said as a problem document (problems.py).
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from optout_daemon.core.digests import SHA256, is_digest, sha256
from optout_daemon.core.model import Act
from optout_daemon.core.scopes import Scope
from optout_daemon.store import list_lines, list_lookup, receipts, suppressions
from optout_daemon.store.ledger import EMAIL, POSTAL
from optout_daemon.store.list_check import checker
from optout_daemon.store.suppressions import Blocked
from optout_daemon.web import adding
from optout_daemon.web.api_values import (
    Added,
    Addition,
    Answered,
    Block,
    BlockedSubject,
    Change,
    Changes,
    Channel,
    Checked,
    Company,
    OneSubject,
    ProblemDocument,
    Question,
    Version,
)
from optout_daemon.web.asking import Asking, asking_of
from optout_daemon.web.guard import Guarded
from optout_daemon.web.problems import MEDIA_TYPE, Problem, placed
from optout_daemon.web.queries import queried, query_parameters

ROOT: Final = "/api/v1"
_MOST_NAMED: Final = 50
"""Unreadable subjects of one request whose places are said."""
_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": text, "content": {MEDIA_TYPE: {"schema": ProblemDocument.model_json_schema()}}}
    for status, text in (
        (400, "No request that can be read"),
        (401, "No token, or none that is valid"),
        (403, "The token lacks the scope"),
        (413, "The body is too large"),
        (422, "Not the form, channel or company that the desk knows"),
        (429, "More requests a minute than the token may make; Retry-After says when to go on"),
        (503, "The database is away; ask again later, and send nothing until then"),
    )
}
router = APIRouter(prefix=f"{ROOT}/suppressions", route_class=Guarded, responses=_REFUSALS, tags=["suppressions"])
Ask = Annotated[Asking, Depends(asking_of)]


@router.get(
    "/check",
    name="api.check",
    summary="May this address, or this customer, be sent information?",
    response_model=Checked,
    openapi_extra={"parameters": query_parameters(OneSubject)},
)
async def check(request: Request) -> Response:
    """`allowed` is false while any block stands, also a provisional one. Addresses stand in the request's path here,
    which a proxy may log; ask in bulk where that matters, also for one."""
    ask = await asking_of(request)
    asked = queried(OneSubject, request)
    channel = asked.channel
    scope = ask.scope(channel, asked.company)
    named = ask.subject(asked.email, asked.customer_number, asked.address)

    def look_up() -> tuple[int, list[Blocked]]:
        with checker(ask.lookups, ask.digests) as list_:
            return list_.version(), list_.check(
                email=named.email,
                customer_number=named.customer_number,
                postal_key=named.postal_key,
                channel=channel,
                scope=scope,
            )

    # A file's reader waits for nobody, and takes less time than a thread takes to be woken.
    version, found = look_up() if ask.database.is_sqlite else await run_in_threadpool(look_up)
    ask.count(Scope.CHECK, subjects=1, version=version, channel=channel)
    blocks = [_block(one) for one in found]
    answer = Checked(allowed=not blocks, channel=channel, company=asked.company, version=version, blocks=blocks)
    return Response(answer.model_dump_json(), media_type="application/json")


@router.post("/check", name="api.check_many", summary="Who of up to ten thousand must not be sent information?")
def check_many(ask: Ask, question: Question) -> Answered:
    """Subjects are compared as the desk compares them: addresses in any case and IDNA form; digests as they are."""
    scope = ask.scope(question.channel, question.company)
    names = _names(ask, question)
    with ask.database.reading() as tx:
        version = suppressions.version(tx)
        if question.kind == "email_sha256":
            with list_lookup.by_digest(tx, EMAIL, question.channel, sha256, SHA256, scope) as look_up:
                found = look_up(set(names))
        else:
            kind = POSTAL if question.kind == "address" else question.kind
            found = list_lookup.by_name(tx, kind, question.channel, ask.digests, scope)(set(names))
    ask.count(Scope.CHECK, subjects=len(names), version=version, channel=question.channel)
    blocked = [
        BlockedSubject(index=index, subject=question.subjects[index], provisional=found[name])
        for index, name in enumerate(names)
        if name in found
    ]
    return Answered(
        channel=question.channel, company=question.company, version=version, asked=len(names), blocked=blocked
    )


@router.get("/changes", name="api.changes", summary="What changed since a version of the list")
def changes(
    ask: Ask,
    since: Version = 0,
    channel: Channel | None = None,
    company: Company | None = None,
    limit: Annotated[int, Query(ge=1, le=5_000, description="ledger entries, at most")] = 1_000,
) -> Changes:
    """Every line that an entry after `since` concerns, as it stands now, in the order of its key; 0 begins with the
    whole list. What is given is recorded as a receipt."""
    scope = ask.scope(channel, company)
    with ask.database.reading() as tx:
        newest = suppressions.version(tx)
        if since > newest:
            raise Problem("version-ahead", f"The list's version is {newest}: there is nothing since {since}")
        until = min(newest, since + limit)
        lines = list(list_lines.stream(tx, since=since, upto=until, channel=channel, scope=scope))
    answer = Changes(since=since, version=until, more=until < newest, changes=[_change(line) for line in lines])
    if lines:
        _receipt(ask, answer, channel, scope)
    ask.count(Scope.EXPORT, subjects=len(lines), version=until, channel=channel or "")
    return answer


@router.post(
    "",
    name="api.add",
    status_code=201,
    summary="Block an address or a customer",
    responses={200: {"model": Added, "description": "All of it was blocked before"}},
)
def add(ask: Ask, addition: Addition, response: Response) -> Added:
    """201 with the new entries; 200 with none where all was blocked before. The block says which token made it."""
    for channel in addition.channels:
        ask.scope(channel, addition.company)
    added = adding.add(ask, addition)
    if not added.entries:
        response.status_code = 200
    ask.count(Scope.ADD, subjects=1, version=added.version)
    return added


def _block(found: Blocked) -> Block:
    return Block(
        since=found.since,
        scope=found.scope,
        matched=found.subject_kind,
        provisional=found.provisional,
        entry=found.entry_id,
        may_arrive_until=found.may_arrive_until,
    )


def _change(line: list_lines.ListLine) -> Change:
    return Change(
        kind=line.subject_kind,
        subject=line.subject,
        channel=line.channel,
        scope=line.scope,
        action=line.action.value,
        since=line.since,
        provisional=line.provisional,
        entry=line.entry_id,
        may_arrive_until=line.may_arrive_until,
    )


def _names(ask: Asking, question: Question) -> list[str]:
    """What is compared of each subject. Raises Problem with the place of each that cannot be read."""
    if question.kind == "email_sha256":
        read = [digest if is_digest(digest := subject.lower()) else None for subject in question.subjects]
    else:
        kind = POSTAL if question.kind == "address" else question.kind
        read = [ask.readable(kind, subject) for subject in question.subjects]
    names = [name for name in read if name is not None]
    if len(names) != len(read):
        wrong = [index for index, name in enumerate(read) if name is None][:_MOST_NAMED]
        errors = [placed(("body", "subjects", index), f"not readable as {question.kind}") for index in wrong]
        raise Problem("unreadable-subject", errors=errors)
    return names


def _receipt(ask: Asking, answer: Changes, channel: str | None, scope: str | None) -> None:
    checksum = "sha256:" + sha256(answer.model_dump_json())
    receipt = receipts.Receipt(
        Act.EXPORT,
        ask.now,
        ask.token.name,
        ask.by,
        answer.version,
        answer.since,
        channel or "",
        "api json",
        rows=len(answer.changes),
        blocked=len(answer.changes),
        checksum=checksum,
        scope=scope or "",
    )
    with ask.database.transaction() as tx:
        receipts.record(tx, receipt)
