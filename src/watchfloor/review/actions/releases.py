"""Restricted evidence leaves, and decisions on it are taken back, only when two cleared people agree."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.items.models import ItemVersion
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, plain, writing
from watchfloor.review.actions.people import of_case
from watchfloor.review.events_special import ReleaseAsked, ReleaseJudged, ReleaseUsed
from watchfloor.review.models import Case, Decision, Mark, Release, Report
from watchfloor.review.queries import access

State = Release.State
OPEN: Final = (State.ASKED, State.AGREED)
GOOD_FOR: Final = timedelta(hours=24)
MIN_PURPOSE, MAX_PURPOSE = 10, 1_000


def ask(actor: Actor, case_id: UUID, kind: str, purpose: str) -> Release:
    """Ask a second cleared person. Only for restricted cases; one open request of a kind at a time.

    Raises:
        BadInput: an unknown kind, no purpose, a case that is not restricted.
        Conflict: one is open already.
        NotFound, Forbidden: the case is not known to the actor, or not opened by clearance of their own.
    """
    case = _opened(actor, case_id, "release")
    if kind not in Release.Kind.values:
        raise BadInput("unknown_kind", "Which step?", where="kind", hint="One of: " + ", ".join(Release.Kind.values))
    purpose = purpose.strip()
    if not MIN_PURPOSE <= len(purpose) <= MAX_PURPOSE:
        raise BadInput("bad_purpose", f"Say in {MIN_PURPOSE} to {MAX_PURPOSE:,} characters what for.", where="purpose")
    with writing(actor) as w:
        for old in Release.objects.select_for_update().filter(case=case, kind=kind, state__in=OPEN):
            if old.asked_at > clock.now() - GOOD_FOR:
                raise Conflict("asked_already", "This has been asked for already.")
            w.update(old, state=State.REFUSED)
            w.event(ReleaseJudged(**of_case(case), kind=kind, agreed=False), old, case_id=case.pk, reason="it ran out")
        row = w.create(
            Release, case=case, kind=kind, state=State.ASKED, purpose=purpose, asked_by=str(actor), asked_at=clock.now()
        )
        w.event(ReleaseAsked(**of_case(case), kind=kind), row, case_id=case.pk)
        return row


def judge(actor: Actor, release_id: UUID, *, agree: bool) -> Release:
    """The second person's yes or no. ``Forbidden`` for whoever asked."""
    found = Release.objects.filter(pk=release_id).first()
    if found is None:
        raise NotFound("unknown_release", "There is no such request.")
    case = _opened(actor, found.case_id, "release judged")
    with writing(actor) as w:
        row = Release.objects.select_for_update().get(pk=release_id)
        if row.asked_by == str(actor):
            raise Forbidden("same_person", "Whoever asks cannot agree.", hint="Ask a colleague who is cleared.")
        if row.state != State.ASKED:
            raise Conflict("judged", f"This request is {row.state}.")
        w.update(row, state=State.AGREED if agree else State.REFUSED, judged_by=str(actor), judged_at=clock.now())
        w.event(ReleaseJudged(**of_case(case), kind=row.kind, agreed=agree), row, case_id=case.pk)
        return row


def take_out(actor: Actor, release_id: UUID) -> tuple[str, bytes]:
    """The file that two people agreed to, once, by whoever asked: its name and its bytes (JSON). The ledger keeps its digest."""
    found = Release.objects.filter(pk=release_id, asked_by=str(actor)).exclude(kind=Release.Kind.REVERSAL).first()
    if found is None:
        raise NotFound("unknown_release", "There is no such request of yours.")
    case = _opened(actor, found.case_id, f"{found.kind} under release")
    body = json.dumps(bundle(case, found), indent=1, ensure_ascii=False).encode()
    with writing(actor) as w:
        use(w, case, found.kind, actor, digest=hashlib.sha256(body).hexdigest())
    return f"{ids.encode('case', case.pk)}.{found.kind}.json", body


def use(w: Writer, case: Case, kind: str, actor: Actor, *, digest: str = "") -> None:
    """Mark the agreed request as used, in the caller's transaction; ``Conflict("needs_second")`` where nobody has agreed."""
    rows = Release.objects.select_for_update().filter(
        case=case, kind=kind, state=State.AGREED, asked_by=str(actor), judged_at__gt=clock.now() - GOOD_FOR
    )
    row = rows.first()
    if row is None:
        raise Conflict(
            "needs_second",
            "On a restricted case this takes two cleared people.",
            hint="Ask for a release on the case first.",
        )
    w.update(row, state=State.USED, used_at=clock.now())
    w.event(ReleaseUsed(**of_case(case), kind=kind, digest=digest), row, case_id=case.pk)


def bundle(case: Case, release: Release) -> dict[str, Any]:
    """The evidence: what was seen, reported, marked and decided. No name of a colleague, no reporter."""
    return {
        "format": "watchfloor-evidence/1",
        "case": ids.encode("case", case.pk),
        "purpose": release.purpose,
        "item": {"type": case.item.type_key, "id": case.item.external_id},
        "versions": [
            {"hash": row.hash, "seen_at": plain(row.seen_at), "data": row.data}
            for row in ItemVersion.objects.filter(item=case.item_id, erased_at__isnull=True).order_by("seen_at")
        ],
        "reports": [
            {
                "received_at": plain(row.received_at),
                "reason": row.reason_key,
                "kind": row.reporter_kind,
                "note": row.note,
            }
            for row in Report.objects.filter(case=case).order_by("received_at")
        ],
        "marks": [
            {"at_ms": row.at_ms, "note": row.note, "version": row.item_version}
            for row in Mark.objects.filter(case=case, removed_at__isnull=True).order_by("at_ms")
        ],
        "decisions": [
            {
                "id": ids.encode("dec", row.pk),
                "at": plain(row.at),
                "verdict": row.verdict,
                "violation": row.violation_key,
            }
            for row in Decision.objects.filter(case=case).order_by("at")
        ],
    }


def _opened(actor: Actor, case_id: UUID, why: str) -> Case:
    case = access.case(actor, case_id, why=why)
    if not case.clearance:
        raise BadInput("not_restricted", "Only restricted cases need a release.", where="case")
    here: dict[str, Any] = {"market": case.market, "severity": case.severity, "clearance": case.clearance}
    if not actor.may("restricted.view", **here):
        raise Forbidden("clearance", "You are not cleared for this.", hint="Ask somebody who is.")
    return case
