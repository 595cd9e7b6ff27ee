"""The only writers of drafts: begun by the program or a person, changed, prepared by one person and released by another."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from watchfloor.cybertip import access, gathering, house, locked
from watchfloor.cybertip.access import CLEARANCE, PREPARE, RELEASE
from watchfloor.cybertip.domain import drafts, xml
from watchfloor.cybertip.domain.checks import problems
from watchfloor.cybertip.domain.drafts import Draft, FileDraft
from watchfloor.cybertip.events import TipBegun, TipChanged, TipDropped, TipPrepared, TipReleased
from watchfloor.cybertip.models import Tip, TipCase, TipFile
from watchfloor.identity.domain import Actor, system
from watchfloor.items import queries as items
from watchfloor.items.media.actions import restrict
from watchfloor.items.media.models import Media
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review import queries as review
from watchfloor.review.models import Case, Decision

State = Tip.State
WRITABLE = (State.DRAFT, State.PREPARED)
CLOSED = (State.FINISHED, State.RETRACTED, State.DROPPED)


def of(tip: Tip) -> dict[str, Any]:
    """What every event of a tip says."""
    return {"market": tip.market, "severity": tip.severity, "clearance": tip.clearance}


def label(tip_id: UUID) -> str:
    """What a tip's sealed contents are bound to."""
    return f"tip:{tip_id}"


def content(tip: Tip) -> Draft:
    """What is kept of the draft, as it was saved last."""
    return drafts.decode(locked.opened(tip.content, label(tip.pk)))


def now_of(tip: Tip) -> Draft:
    """The draft with the files and the viewing log as they are now; of a released one what was frozen."""
    kept = content(tip)
    return gathering.refreshed(kept, cases_of(tip)) if tip.state in WRITABLE else kept


def cases_of(tip: Tip) -> list[Case]:
    """The cases it covers, the first one first."""
    rows = TipCase.objects.filter(tip=tip).select_related("case__item").order_by("added_at", "id")
    return [row.case for row in rows]


def standing(keys: tuple[str, ...] | list[str]) -> QuerySet[Decision]:
    """Decisions in force under these violation types."""
    return Decision.objects.filter(verdict="violating", superseded_at__isnull=True, violation_key__in=list(keys))


def unreported() -> QuerySet[Decision]:
    """What must be reported and is in no report yet, oldest first; a case may stand here by several decisions."""
    covered = TipCase.objects.filter(case=OuterRef("case"), ended_at__isnull=True)
    found = standing(house.plan().violations).filter(~Exists(covered), case__clearance=CLEARANCE)
    return found.select_related("case__item__author").order_by("at")


def gather(limit: int = 50) -> int:
    """Make or extend the drafts of what was decided; returns how many cases were taken up. Those of a report on its way wait.

    A report over cases of several markets has none: only who is limited to no market may know of it.
    """
    done = 0
    for decision in unreported():
        with writing(system("cybertip")) as w:
            done += _take_up(w, decision.case, decision.at, decision.violation_key) is not None
        if done == limit:
            break
    return done


def begin(actor: Actor, case_id: UUID) -> Tip:
    """A draft of this very case, by a person; the one of its account if there is one.

    Raises:
        NotFound: no such case for this actor. BadInput: it is not a restricted one.
        Conflict: it is covered, or the account's report is on its way.
    """
    if not access.may(actor, PREPARE):
        raise access.nothing()
    case = review.case(actor, case_id, why="report to NCMEC")
    if case.clearance != CLEARANCE:
        raise BadInput("not_restricted", "Only cases of child safety are reported here.", where="case")
    with writing(actor) as w:
        tip = _take_up(w, case, clock.now(), "")
    if tip is None:
        raise Conflict(
            "covered", "This case is in a report already, or another report about this account is on its way.",
            hint="Wait until that one is finished.",
        )  # fmt: skip
    return tip


def _take_up(w: Writer, case: Case, at: datetime, violation: str) -> Tip | None:
    account = items.account_of(case.item) or case.item
    Item.objects.select_for_update().get(pk=account.pk)  # one at a time for an account
    if TipCase.objects.filter(case=case, ended_at__isnull=True).exists():
        return None
    tip = Tip.objects.select_for_update().filter(account=account).exclude(state__in=CLOSED).first()
    if tip is not None and tip.state not in WRITABLE:
        return None
    plan, answers = house.current()
    now = clock.now()
    if tip is None:
        pk = new_id()
        made = gathering.draft(account, [case], answers, violation)
        tip = w.create(
            Tip, id=pk, account=account, case=case, market=case.market, severity=case.severity, clearance=CLEARANCE,
            state=State.DRAFT, began_at=now, due_at=at + plan.target, **_kept(pk, made),
        )  # fmt: skip
        w.create(TipCase, tip=tip, case=case, added_at=now)
    else:
        w.create(TipCase, tip=tip, case=case, added_at=now)
        made = gathering.refreshed(content(tip), cases_of(tip))
        w.update(
            tip, state=State.DRAFT, prepared_by="", prepared_at=None, edits=tip.edits + 1, due_at=min(tip.due_at, at + plan.target),
            severity=max(tip.severity, case.severity), market=tip.market if tip.market == case.market else "", **_kept(tip.pk, made),
        )  # fmt: skip
    w.event(TipBegun(**of(tip), cases=tip.cases.count(), files=len(made.files)), tip, case_id=case.pk)
    for media in Media.objects.filter(pk__in=[each.media for each in made.files]):
        restrict(w, media, CLEARANCE)  # only the cleared see them from now on, and there are no thumbnails
    return tip


def save(actor: Actor, tip_id: UUID, edits: int, new: Draft) -> Tip:
    """Keep a changed draft; ``edits``: what the person began from. What the log says is written over what they sent.

    Raises ``Conflict`` when somebody else changed it, or it has been released.
    """
    with writing(actor) as w:
        tip = _locked(actor, tip_id, PREPARE)
        _is(tip, *WRITABLE)
        if tip.edits != edits:
            raise Conflict(
                "changed",
                "Somebody else changed this draft meanwhile.",
                hint="Load it again; what you typed is still here.",
            )
        made = gathering.refreshed(new, cases_of(tip))
        w.update(tip, state=State.DRAFT, prepared_by="", prepared_at=None, edits=edits + 1, **_kept(tip.pk, made))
        w.event(TipChanged(**of(tip), digest=tip.digest), tip, case_id=tip.case_id)
        return tip


def prepare(actor: Actor, tip_id: UUID, digest: str) -> Tip:
    """Say that it is complete. ``digest``: of what the person saw. Another person must release it."""
    with writing(actor) as w:
        tip = _locked(actor, tip_id, PREPARE)
        _is(tip, State.DRAFT)
        made = gathering.refreshed(content(tip), cases_of(tip))
        _same(made, digest)
        _complete(made)
        w.update(
            tip, state=State.PREPARED, prepared_by=access.person(actor, PREPARE, tip), prepared_at=clock.now(),
            edits=tip.edits + 1, **_kept(tip.pk, made),
        )  # fmt: skip
        w.event(TipPrepared(**of(tip), digest=tip.digest), tip, case_id=tip.case_id)
        return tip


def release(actor: Actor, tip_id: UUID, digest: str) -> Tip:
    """The second person's yes: what they saw is frozen, and it sends itself from here on.

    Raises:
        Forbidden: whoever prepared it, or anything that is not a person. Conflict: it is not what they saw, or not what was prepared.
        BadInput: something is missing.
    """
    with writing(actor) as w:
        tip = _locked(actor, tip_id, RELEASE)
        who = access.person(actor, RELEASE, tip)
        _is(tip, State.PREPARED)
        if who == tip.prepared_by:
            raise Forbidden(
                "same_person", "Whoever prepared a report does not release it.", hint="Ask a colleague who is cleared."
            )
        before, made = content(tip), gathering.refreshed(content(tip), cases_of(tip))
        if drafts.frame(before) != drafts.frame(made):
            raise Conflict(
                "other_files",
                "Its files changed since it was prepared.",
                hint="Send it back, so that it is prepared anew.",
            )
        _same(made, digest)
        _complete(made)
        plan, answers = house.current()
        if not (answers.username and answers.password):
            raise BadInput(
                "no_credentials", "The way into NCMEC's service is missing from the settings.", where="settings"
            )
        now = clock.now()
        w.update(
            tip, state=State.SENDING, environment=plan.environment, released_by=who, released_at=now, next_at=now, tries=0,
            sent=locked.seal(xml.write(made.report), label(tip.pk)), **_kept(tip.pk, made),
        )  # fmt: skip
        files = [each for each in made.files if each.included]
        for place, each in enumerate(files):
            _way_of(w, tip, place, each)
        released = TipReleased(
            **of(tip), digest=tip.digest, environment=tip.environment, files=len(files),
            viewed=sum(bool(each.details.file_viewed_by_esp) for each in files),
            exif_viewed=sum(bool(each.details.exif_viewed_by_esp) for each in files),
        )  # fmt: skip
        w.event(released, tip, case_id=tip.case_id)
        return tip


def _way_of(w: Writer, tip: Tip, place: int, file: FileDraft) -> None:
    """The row of a file that goes; of one that went before (it was refused, mended, released again) the same row from the beginning."""
    values = {
        "place": place, "state": TipFile.State.WAITING, "file_id": "", "viewed": bool(file.details.file_viewed_by_esp),
        "exif_viewed": bool(file.details.exif_viewed_by_esp), "sent": None,
    }  # fmt: skip
    row = TipFile.objects.filter(tip=tip, media_id=file.media).first()
    if row is None:
        w.create(TipFile, tip=tip, media_id=file.media, item_id=file.item, **values)
    else:
        w.update(row, **values)


def drop(actor: Actor, tip_id: UUID, why: str) -> Tip:
    """Throw a draft away: there is nothing to report. Its cases can be taken up again by a person, and by the program if they must be."""
    if not 3 <= len(why.strip()) <= 200:
        raise BadInput("no_reason", "Say in a sentence why nothing is reported.", where="why")
    with writing(actor, reason=why.strip()) as w:
        tip = _locked(actor, tip_id, PREPARE)
        _is(tip, *WRITABLE)
        if standing(house.plan().violations).filter(case__in=[case.pk for case in cases_of(tip)]).exists():
            raise Conflict(
                "must_report",
                "A decision that must be reported stands on its cases.",
                hint="Take the decision back first, if it was wrong.",
            )
        w.update(tip, state=State.DROPPED)
        free(w, tip)
        w.event(TipDropped(**of(tip)), tip, case_id=tip.case_id)
        return tip


def free(w: Writer, tip: Tip) -> None:
    """Its cases can be covered by another report; the caller's event says why."""
    for row in TipCase.objects.select_for_update().filter(tip=tip, ended_at__isnull=True):
        w.update(row, ended_at=clock.now())


def _kept(pk: UUID, made: Draft) -> dict[str, Any]:
    return {"content": locked.seal(drafts.encode(made), label(pk)), "digest": drafts.digest(made)}


def _known(actor: Actor, tip_id: UUID) -> Tip:
    tip = Tip.objects.select_for_update().filter(pk=tip_id).first()
    if tip is None or not (access.may(actor, PREPARE, tip) or access.may(actor, RELEASE, tip)):
        raise access.nothing()
    return tip


def _locked(actor: Actor, tip_id: UUID, permission: str) -> Tip:
    tip = _known(actor, tip_id)
    access.person(actor, permission, tip)
    return tip


def _is(tip: Tip, *states: str) -> None:
    if tip.state not in states:
        raise Conflict("other_state", f"This report is {tip.state}.", hint="Load the page again.")


def _same(made: Draft, digest: str) -> None:
    if drafts.digest(made) != digest:
        raise Conflict("not_what_you_saw", "It is not what you saw any more.", hint="Read it again, then say so again.")


def _complete(made: Draft) -> None:
    for each in problems(made):
        if each.blocks:
            raise BadInput("incomplete", each.what % each.values, where=each.where)
