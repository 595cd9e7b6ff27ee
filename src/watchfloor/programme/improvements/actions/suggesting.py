"""Suggestions are made, joined with those that say the same, set aside, and taken up again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final
from uuid import UUID

from watchfloor import __version__
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.programme.improvements import access
from watchfloor.programme.improvements.actions.numbers import following
from watchfloor.programme.improvements.contracts import Suggested
from watchfloor.programme.improvements.domain.story import line
from watchfloor.programme.improvements.events import ImprovementJoined, ImprovementSuggested, ImprovementTaken
from watchfloor.programme.improvements.models import Suggestion
from watchfloor.review import queries as review
from watchfloor.review.models import Queue

State = Suggestion.State
OFTEN: Final = ("always", "hourly", "daily", "weekly", "once")
MOST_A_DAY: Final = 50
_PAGE = re.compile(r"[a-z0-9_:-]{0,60}")
_SIZE = re.compile(r"\d{2,5}x\d{2,5}")
_ABOUT = re.compile(r"(unit|clause|screen|spike|incident|fact):[\w./-]{1,100}")
_EVIDENCE = re.compile(r"/[\w./-]{0,199}|fact:[0-9a-f-]{36}")  # an address without what was asked or filtered there


def suggest(w: Writer, actor: Actor, given: Suggested) -> Suggestion:
    """Keep a suggestion. Words are what the person typed; the place is names and ids, each looked up or checked here."""
    key = sha256(f"{actor}\n{given.key}".encode()).hexdigest() if given.key else None
    known = Suggestion.objects.filter(key=key).first() if key else None
    if known is not None:
        return known
    if given.kind not in Suggestion.Kind.values:
        raise BadInput("bad_kind", "It is an idea or a bug.", where="kind")
    bug = given.kind == Suggestion.Kind.BUG
    wrong, wanted = line(given.wrong, "wrong"), line(given.wanted, "wanted", needed=False)
    steps = line(given.steps, "steps", needed=bug)
    if given.often and given.often not in OFTEN:
        raise BadInput("bad_often", f"Choose one of {', '.join(OFTEN)}.", where="often")
    if not _PAGE.fullmatch(given.page):
        raise BadInput("bad_page", "A page is named by its short name.", where="page")
    if given.about and not _ABOUT.fullmatch(given.about):
        raise BadInput("bad_about", "Name what it is about as unit:…, clause:… or screen:….", where="about")
    if len(given.evidence) > 10 or not all(_EVIDENCE.fullmatch(each) for each in given.evidence):
        raise BadInput(
            "bad_evidence", "Evidence is up to ten addresses within the console, without filters.", where="evidence"
        )
    queue, policy, market = _place(actor, given)
    now = clock.now()
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if actor.kind == "user" and Suggestion.objects.filter(made_by=str(actor), made_at__gte=day).count() >= MOST_A_DAY:
        raise Conflict("too_many", f"{MOST_A_DAY} suggestions a day are enough.", hint="Come back tomorrow.")
    row = w.create(
        Suggestion, number=following(Suggestion), kind=given.kind, state=State.NEW, wrong=wrong, wanted=wanted,
        steps=steps if bug else "", often=given.often if bug else "", page=given.page, queue_key=queue or None, policy_key=policy,
        market=market, case_id=given.case_id, version=__version__,
        window_size=given.window_size if _SIZE.fullmatch(given.window_size) else "", about=given.about,
        evidence=list(given.evidence), vendor_key=access.vendor_of(actor), made_by=str(actor), made_at=now, key=key,
    )  # fmt: skip
    w.event(
        ImprovementSuggested(
            kind=row.kind, page=row.page, queue=queue, policy=policy, vendor=row.vendor_key, market=market
        ),
        row,
        case_id=given.case_id,
    )
    return row


def join(w: Writer, actor: Actor, one: UUID, into: UUID) -> Suggestion:
    """Say that ``one`` says the same as ``into``; they are one piece of work from then on."""
    row, root = _mine(actor, one), _mine(actor, into)
    root = root.joined_to or root
    if row.pk == root.pk or row.joined_to_id is not None:
        raise Conflict("joined_already", "They are joined already.", hint="Load the page again.")
    if row.joined.exists():
        raise Conflict("others_joined", "Others are joined to it.", hint=f"Join {root.code} to {row.code} instead.")
    if row.proposal_id is not None and row.proposal_id != root.proposal_id:
        raise Conflict(
            "proposed", f"{row.code} is in a proposal already.", hint=f"Join {root.code} to {row.code} instead."
        )
    taken = root.proposal_id is not None
    w.update(
        row,
        joined_to=root,
        proposal=root.proposal,
        state=State.TAKEN if taken else root.state,
        moved_at=clock.now(),
        told_at=clock.now(),
    )
    w.event(ImprovementJoined(together=True), row)
    return row


def part(w: Writer, actor: Actor, one: UUID) -> Suggestion:
    """Take a joined suggestion apart again; it waits to be read as if it had just come."""
    row = _mine(actor, one)
    if row.joined_to_id is None:
        raise Conflict("not_joined", "It is joined to nothing.", hint="Load the page again.")
    w.update(row, joined_to=None, proposal=None, state=State.NEW, moved_at=None, told_at=clock.now())
    w.event(ImprovementJoined(together=False), row)
    return row


def put_aside(w: Writer, actor: Actor, one: UUID, why: str) -> Suggestion:
    """Nothing follows from it for now; whoever made it reads why."""
    row = _mine(actor, one)
    if row.state != State.NEW or row.joined_to_id is not None:
        raise Conflict("wrong_state", "Only a suggestion that waits can be set aside.", hint="Load the page again.")
    for each in (row, *row.joined.select_for_update()):
        w.update(each, state=State.ASIDE, why=line(why, "why"), moved_at=clock.now(), told_at=clock.now())
        w.event(ImprovementTaken(state=State.ASIDE, vendor=each.vendor_key, queue=each.queue_key or ""), each)
    return row


def take_up(w: Writer, actor: Actor, one: UUID) -> Suggestion:
    """It was set aside; now it waits again."""
    row = _mine(actor, one)
    if row.state != State.ASIDE:
        raise Conflict("wrong_state", "It was not set aside.", hint="Load the page again.")
    for each in (row, *row.joined.select_for_update()):
        w.update(each, state=State.NEW, why="", moved_at=None, told_at=clock.now())
        w.event(ImprovementTaken(state=State.NEW, vendor=each.vendor_key, queue=each.queue_key or ""), each)
    return row


def read(rows: Iterable[Suggestion]) -> None:
    """Whoever made them has read what became of them (no event: it changes nothing for anybody else)."""
    Suggestion.objects.filter(pk__in=[row.pk for row in rows]).update(read_at=clock.now())


def _place(actor: Actor, given: Suggested) -> tuple[str, str, str]:
    """Queue, policy and market: of the case where there is one that this person may know of, else as they are named."""
    queue, policy, market = given.queue, given.policy, given.market[:12]
    if given.case_id is not None:
        case = review.visible_cases(actor).filter(pk=given.case_id).first()
        if case is None and not review.known_jobs(actor).filter(case_id=given.case_id).exists():
            raise NotFound("unknown_case", "There is no such case.")
        if case is not None:
            policy, market = policy or case.policy_key, market or case.market
    if queue and not Queue.objects.filter(key=queue).exists():
        raise BadInput("unknown_queue", "There is no such queue.", where="queue")
    if policy:
        policies.policy(policy)
    return queue, policy, market


def _mine(actor: Actor, key: UUID) -> Suggestion:
    """One suggestion that this person may work on, locked."""
    row = access.suggestion(actor, key)
    if not access.edits(actor, row):
        raise NotFound("unknown_suggestion", "There is no such suggestion.")
    return Suggestion.objects.select_for_update(of=("self",)).select_related("proposal", "joined_to").get(pk=row.pk)
