"""An objection comes in: judged by the terms, put before another reviewer or refused with the reason; added to; withdrawn."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from watchfloor.enforcement import notices
from watchfloor.enforcement.models import Action, Notice
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as items
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review import appeal_terms
from watchfloor.review.actions import cases, complainants, jobs
from watchfloor.review.actions.people import of_case
from watchfloor.review.contracts import AppealIn
from watchfloor.review.domain import clocks
from watchfloor.review.domain.appeal_terms import REASONS, Asked, why_ineligible
from watchfloor.review.domain.states import APPEAL
from watchfloor.review.events import AppealFiled, AppealQueued, AppealRefused, AppealWithdrawn
from watchfloor.review.events_appeals import AppealTextAdded
from watchfloor.review.models import Appeal, AppealText, Case, Decision, Job, Report

SIDES = ("author", "reporter")
MOST_TEXTS = 5
LONGEST_TEXT = 20_000  # characters


def file_appeal(actor: Actor, appeal: AppealIn) -> Appeal:
    """Take an objection: queued for another reviewer, or recorded as ineligible with the reason.

    Once per decision and side (``Conflict("appealed_already")``); an ineligible attempt does not use that up.
    """
    if not actor.has("appeal.submit"):
        raise Forbidden("no_permission", "You may not file appeals.")
    if appeal.by not in SIDES:
        raise BadInput(
            "unknown_side", f"{appeal.by[:40]!r} cannot appeal.", where="by", hint="One of: author, reporter."
        )
    if not appeal.appellant:
        raise BadInput("no_appellant", "Say who appeals: the platform's id of the person.", where="appellant")
    for place, (_, text) in enumerate(appeal.texts):
        _check_text(text, f"texts.{place}")
    if len(appeal.texts) > MOST_TEXTS:
        raise BadInput("too_many", f"At most {MOST_TEXTS} texts can be handed in.", where="texts")
    known = access.rows(actor, "appeal.submit", market="case__market")
    found = Decision.objects.filter(known, pk=appeal.decision_id).values_list("case_id", flat=True).first()
    if found is None:
        raise NotFound("unknown_decision", "There is no such decision.", where="decision_id")
    try:
        with writing(actor) as w:
            return _file(w, cases.lock(found), appeal)
    except IntegrityError as error:
        if "review_appeal_once" not in str(error):
            raise
        raise _again() from None


def withdraw(actor: Actor, appeal_id: UUID) -> Appeal:
    """The appellant takes it back; its job ends."""
    if not actor.has("appeal.submit"):
        raise Forbidden("no_permission", "You may not withdraw appeals.")
    with writing(actor) as w:
        case, row = _locked(appeal_id)
        w.update(row, state=APPEAL.after(row.state, "withdraw"), decided_at=clock.now())
        w.event(AppealWithdrawn(**of_case(case), by=row.by), row, case_id=case.pk)
        for job in Job.objects.select_for_update().filter(case=case, appeal_id=row.pk, state__in=jobs.OPEN):
            jobs.end(w, job, "withdrawn")
        return row


def add_text(actor: Actor, appeal_id: UUID, text: str, name: str = "") -> AppealText:
    """Something more that whoever hears the appeal should read; as long as nobody has decided it."""
    if not actor.has("appeal.submit"):
        raise Forbidden("no_permission", "You may not add to appeals.")
    _check_text(text, "text")
    with writing(actor) as w:
        case, row = _locked(appeal_id)
        if row.state != Appeal.State.QUEUED:
            raise Conflict("decided", "The appeal is decided: nothing can be added to it.")
        if row.texts.count() >= MOST_TEXTS:
            raise BadInput("too_many", f"At most {MOST_TEXTS} texts can be handed in.", where="text")
        return _keep_text(w, case, row, name, text)


def deciders_of(case: Case) -> list[UUID]:
    """The people who have decided anything on a case, on those joined with it, or agreed to what was done: none hears an appeal on it."""
    family = [case.pk, *Case.objects.filter(duplicate_of=case.pk).values_list("pk", flat=True)]
    if case.duplicate_of is not None:
        family.append(case.duplicate_of)
    texts = set(Decision.objects.filter(case__in=family).values_list("decider", flat=True))
    texts |= set(
        Action.objects.filter(case_id__in=family).exclude(approved_by="").values_list("approved_by", flat=True)
    )
    found = []
    for text in sorted(texts):
        kind, _, pk = text.partition(":")
        if kind in ("user", "token"):
            found.append(UUID(pk))
    return found


def about(case: Case, decision: Decision | None) -> notices.About:
    """What a notice on an appeal is about."""
    return notices.About(
        decision_id=decision.pk if decision else None, case_id=case.pk, item=case.item, policy_key=case.policy_key,
        market=case.market, severity=case.severity,
    )  # fmt: skip


def _file(w: Writer, case: Case, appeal: AppealIn) -> Appeal:
    now = clock.now()
    decision = Decision.objects.get(pk=appeal.decision_id)
    earlier = Appeal.objects.filter(decision=decision, by=appeal.by).exclude(state=Appeal.State.INELIGIBLE)
    if earlier.exists():
        raise _again()
    terms = appeal_terms.current()
    row = w.create(
        Appeal, decision=decision, case=case, by=appeal.by, appellant=appeal.appellant, grounds=appeal.grounds,
        language=appeal.language or case.language, state=Appeal.State.FILED, filed_at=now, notice_id=appeal.notice_id,
        terms=terms.number, filed_by=w.actor,
    )  # fmt: skip
    event = AppealFiled(
        **of_case(case), by=row.by, after_ms=clocks.milliseconds(now - decision.at), origin=decision.origin,
        verdict=decision.verdict, violation=decision.violation_key,
    )  # fmt: skip
    w.event(event, row, case_id=case.pk, policy_version=decision.policy_version_id, item_version=decision.item_version)
    for name, text in appeal.texts:
        _keep_text(w, case, row, name, text)
    code = why_ineligible(
        by=row.by, verdict=decision.verdict, origin=decision.origin, superseded=decision.superseded_at is not None,
        until=open_until(case, decision, appeal.by, appeal.appellant), now=now, has_standing=_has_standing(case, appeal),
        suspended=complainants.is_suspended(appeal.by, appeal.appellant),
    )  # fmt: skip
    if code:
        w.update(row, state=APPEAL.after(row.state, "refuse"), why=REASONS[code], why_code=code)
        w.event(AppealRefused(**of_case(case), by=row.by), row, case_id=case.pk, reason=REASONS[code])
        return row
    where = jobs.route_case(case, kind="appeal")
    due_at = jobs.due(case, where.queue, now)
    w.update(row, state=APPEAL.after(row.state, "queue"), due_at=due_at)
    w.event(AppealQueued(**of_case(case), by=row.by, queue=where.queue), row, case_id=case.pk)
    jobs.make(
        w, case, kind="appeal", cause="appeal", where=where, due_at=due_at, appeal_id=row.pk, opened_at=now,
        excluded=deciders_of(case),
    )  # fmt: skip
    notices.tell_appellant(
        w, "appeal_received", about(case, decision), to=row.by, recipient=row.appellant, language=row.language or "en",
        appeal=encode("apl", row.pk),
    )  # fmt: skip
    return row


def open_until(case: Case, decision: Decision, side: str, appellant: str) -> datetime:
    """The last moment to object: what the person's notice promised, or what the terms now give, whichever is later."""
    kind = ""
    if side == "reporter":
        kind = (
            Report.objects.filter(case=case, reporter=appellant).values_list("reporter_kind", flat=True).first() or ""
        )
    asked = Asked(side=side, market=case.market, policy=case.policy_key, notice=kind)
    until = decision.at + appeal_terms.current().window(asked)
    promised = Notice.objects.filter(decision_id=decision.pk, to=side, recipient=appellant, appeal_until__isnull=False)
    told = promised.order_by("-appeal_until").values_list("appeal_until", flat=True).first()
    return max(until, told) if told else until


def _keep_text(w: Writer, case: Case, row: Appeal, name: str, text: str) -> AppealText:
    clean = text.replace("\x00", "").strip()
    kept = w.create(AppealText, appeal=row, name=name.replace("\x00", "").strip()[:120], text=clean, at=clock.now())
    w.event(AppealTextAdded(**of_case(case), by=row.by, characters=len(clean)), row, case_id=case.pk)
    return kept


def _check_text(text: str, where: str) -> None:
    if not text.replace("\x00", "").strip():
        raise BadInput("empty", "There is nothing in this text.", where=where)
    if len(text) > LONGEST_TEXT:
        raise BadInput("too_long", f"At most {LONGEST_TEXT:,} characters.", where=where)


def _locked(appeal_id: UUID) -> tuple[Case, Appeal]:
    found = Appeal.objects.filter(pk=appeal_id).values_list("case_id", flat=True).first()
    if found is None:
        raise NotFound("unknown_appeal", "There is no such appeal.")
    return cases.lock(found), Appeal.objects.select_for_update().get(pk=appeal_id)


def _has_standing(case: Case, appeal: AppealIn) -> bool:
    if appeal.by == "reporter":
        return Report.objects.filter(case=case, reporter=appeal.appellant).exists()
    account = items.account_of(items.by_id(case.item_id))
    return account is None or account.external_id == appeal.appellant


def _again() -> Conflict:
    return Conflict(
        "appealed_already", "This decision has been appealed by this side already.", hint="One appeal per side."
    )
