"""From kept mails to reports, notes and cases: each in a transaction of its own; what cannot be read is put aside with its bytes."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.models import Q

from watchfloor.identity.domain import Actor, system
from watchfloor.intake import strict
from watchfloor.interop.mail import reports, sealing, who
from watchfloor.interop.mail.addresses import in_force
from watchfloor.interop.mail.domain import manners
from watchfloor.interop.mail.domain.parsing import Letter, parse
from watchfloor.interop.mail.events import MailDiscarded, MailQuarantined, MailReplayed
from watchfloor.interop.mail.models import MailAddress, MailMessage, MailReceipt
from watchfloor.interop.mail.settings import current
from watchfloor.interop.xarf import taking
from watchfloor.interop.xarf.domain.reading import is_xarf
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, WatchfloorError
from watchfloor.ledger.deadlocks import is_deadlock
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review.actions.notes import MAX_NOTE, note
from watchfloor.review.models import Case, Report

log = logging.getLogger(__name__)
ACTOR = system("mail")
PERMISSION: Final = "intake.manage"
PAUSES: Final = (2, 10, 60, 300)
DEATHS: Final = 3  # processes that began a mail and never came back
SHOWN: Final = 20_000
MOST_XARF: Final = 5


class Later(Exception):
    """What it answers to is not worked yet."""


def work(limit: int = 20) -> int:
    """Work waiting mails that are due; how many."""
    now = clock.now()
    with transaction.atomic():
        due = Q(next_at__isnull=True) | Q(next_at__lte=now)
        found = (
            MailMessage.objects.select_for_update(skip_locked=True)
            .filter(due, state="waiting")
            .order_by("received_at", "pk")
        )
        rows = list(found.only("pk", "begun", "attempts")[:limit])
        for row in rows:  # claimed for a while, and counted: one that ends its process is not begun for ever
            MailMessage.objects.filter(pk=row.pk).update(begun=row.begun + 1, next_at=now + timedelta(minutes=5))
    for row in rows:
        if row.begun >= DEATHS:
            _aside(row.pk, "worker_ended", "Working on this mail ended the process, several times.", row.attempts)
        else:
            one(row.pk)
    return len(rows)


def one(row_id: UUID) -> None:
    """Work one mail."""
    try:
        with writing(ACTOR, on_behalf="source:mail") as w:
            row = MailMessage.objects.select_for_update().get(pk=row_id)
            if row.state == MailMessage.State.WAITING:
                _work(w, row)
    except BadInput as problem:
        _aside(row_id, problem.code, problem.message, 1)
    except Exception as problem:
        if connection.connection is None or connection.connection.closed:
            raise
        _again(row_id, problem)


def _work(w: Writer, row: MailMessage) -> None:
    envelope = sealing.envelope_of(row)
    letter = parse(sealing.raw_of(row))
    address, token = _address(row, envelope.get("to", []))
    sender = who.of(letter, address, relayed=row.relayed)
    silent = manners.why_silent(letter.headers, letter.sender, envelope.get("from"))
    if letter.sender in in_force().addresses:
        silent = "ourselves"
    if sender.proof.state == "failed":
        silent = silent or "not_proved"
    kind, refused, case = "plain", "", _case_of(letter, token, sender.id)
    receipts: list[UUID] = []
    documents = _documents(letter)
    if case is not None and letter.feedback is None and not documents:
        kind = "reply"
        _note(case, letter, sender)
    elif documents:
        kind, silent = "xarf", silent or "machine"
        receipts, refused = _xarf(documents, letter, sender)
    elif letter.feedback is not None:
        kind, silent = "arf", silent or "machine"
        if (letter.feedback.get("feedback-type") or [""])[0].lower() == reports.NOT_SPAM:
            kind, case = "not_spam", _not_spam(letter, sender)
        else:
            receipts = reports.arf(row, letter, address, sender)
    else:
        receipts = reports.plain(w, row, letter, address, sender)
    shown = {
        "headers": letter.shown(), "subject": letter.subject, "sender": letter.sender, "sender_name": letter.sender_name,
        "text": letter.text[:SHOWN], "cut": letter.cut or len(letter.text) > SHOWN, "from_html": letter.from_html,
        "message_id": letter.message_id,
        "attachments": [{"name": each.name, "content_type": each.content_type, "bytes": len(each.data), "sha256": each.sha256}
                        for each in letter.attachments[:50]],
    }  # fmt: skip
    MailMessage.objects.filter(pk=row.pk).update(
        state="done", begun=0, error=refused[:300], next_at=None, kind=kind, address=address.address,
        clearance=case.clearance if case else _clearance(receipts, address), reporter=sender.id, reporter_kind=sender.kind,
        proof=sender.proof.state, proof_how=sender.proof.how[:200], silent=silent, case_id=case.pk if case else None,
        own_id=sealing.key_of(letter.message_id, "id") if letter.message_id else None,
        shown=sealing.seal(msgspec.json.encode(shown), f"shown:{row.pk}"),
    )  # fmt: skip
    MailReceipt.objects.bulk_create([MailReceipt(report=each, message=row) for each in receipts], ignore_conflicts=True)


def _address(row: MailMessage, recipients: Iterable[str]) -> tuple[MailAddress, str]:
    for each in recipients:
        found, token = in_force().address_for(each)
        if found is not None:
            return found, token
    raise BadInput("no_such_address", "Nobody takes mail at its address any more.")


def _clearance(receipts: list[UUID], address: MailAddress) -> str:
    """The strictest that one of its reports may ask for; those of the spool are not cases yet, so their reason speaks."""
    from watchfloor.intake.models import Spooled

    found = reports.clearance_of(address.reason_key)
    for row in Spooled.objects.filter(pk__in=receipts, body__isnull=False).only("body"):
        body = msgspec.json.decode(bytes(row.body or b"{}"))
        found = reports.clearance_of(body["reason"]) or found
    return found


def _documents(letter: Letter) -> list[Any]:
    """XARF documents among its attachments."""
    found: list[Any] = []
    for each in letter.attachments[:20]:
        named = each.name.lower().endswith((".json", ".xarf"))
        if (
            len(found) >= MOST_XARF
            or not each.data
            or not ("json" in each.content_type or "xarf" in each.content_type or named)
        ):
            continue
        try:
            value = strict.Reader().one(strict.text_of(each.data))
        except BadInput:
            continue
        if is_xarf(value):
            found.append(value)
    return found


def _xarf(documents: list[Any], letter: Letter, sender: who.Who) -> tuple[list[UUID], str]:
    """The receipts, and what was wrong with a document that was not taken. A document's own word on who reports counts only where
    the mail is proved to be theirs."""
    domain = letter.sender.rpartition("@")[2]
    taken = taking.take(
        [(f"attachment[{index}]", each) for index, each in enumerate(documents)], source=reports.SOURCE, channel="email",
        reporter=lambda document: {"kind": "platform", "id": document.reporter.domain}
        if sender.proved and domain and document.reporter.domain in (domain, domain.partition(".")[2])
        else {"kind": sender.kind, "id": sender.id},
        connect=False,
    )  # fmt: skip
    good = [each.receipt.id for each in taken if each.receipt is not None and each.problem is None]
    problem = next((each.problem for each in taken if each.problem is not None), None)
    words = "" if problem is None else f"{problem.message} ({problem.where})" if problem.where else problem.message
    if problem is not None and not good:
        raise BadInput(problem.code, words)
    return good, words


def _case_of(letter: Letter, token: str, reporter: str) -> Case | None:
    """The case a reply belongs to: by the secret in the address it came to, or by what it answers, of the same sender only."""
    before = sealing.from_token(token) if token else None
    if before is None and reporter:
        keys = [sealing.key_of(each, "id") for each in letter.answers[:20]]
        theirs = MailMessage.objects.filter(reporter=reporter)
        before = next(
            iter(theirs.filter(own_id__in=keys).order_by("-received_at").values_list("pk", flat=True)[:1]), None
        )
    if before is None:
        return None
    first = MailMessage.objects.filter(pk=before).first()
    if first is None:
        return None
    if first.case_id:
        return Case.objects.filter(pk=first.case_id).first()
    receipts = list(MailReceipt.objects.filter(message=first).values_list("report", flat=True))
    report = Report.objects.filter(pk__in=receipts).select_related("case").order_by("-received_at").first()
    if report is None and (receipts or first.state == MailMessage.State.WAITING):
        raise Later
    return report.case if report is not None else None


def _note(case: Case, letter: Letter, sender: who.Who) -> None:
    known = "sender proved" if sender.proved else "sender not proved"
    note(
        ACTOR,
        case.pk,
        f"A reporter writes by mail ({known}):\n\n{_own_words(letter.text) or letter.subject or '(nothing)'}"[
            :MAX_NOTE
        ],
    )


def _own_words(text: str) -> str:
    """A reply without what it quotes."""
    lines = text.splitlines()
    kept = [line for line in lines if not line.lstrip().startswith(">")]
    return "\n".join(kept).strip() or text


def _not_spam(letter: Letter, sender: who.Who) -> Case | None:
    item = reports.known_mail(letter)
    case = Case.objects.filter(item=item).order_by("-opened_at").first() if item is not None else None
    if case is not None:
        known = "sender proved" if sender.proved else "sender not proved"
        note(ACTOR, case.pk, f"A recipient says that this mail is not spam ({known}).")
    return case


def _again(row_id: UUID, problem: Exception) -> None:
    row = MailMessage.objects.get(pk=row_id)
    attempts = row.attempts + (0 if is_deadlock(problem) else 1)
    words = problem.message if isinstance(problem, WatchfloorError) else f"{type(problem).__name__}."
    if isinstance(problem, Later):
        words = "It answers a mail whose report is not worked yet."
    if attempts > len(PAUSES):
        _aside(row_id, getattr(problem, "code", type(problem).__name__), words, attempts)
        return
    if not isinstance(problem, (Later, WatchfloorError)):
        log.warning("mail %s failed (%s)", row_id, type(problem).__name__, exc_info=problem)
    pause = PAUSES[max(0, attempts - 1)]
    MailMessage.objects.filter(pk=row_id).update(
        attempts=attempts, begun=0, error=words[:300], next_at=clock.now() + timedelta(seconds=pause)
    )


def _aside(row_id: UUID, code: str, words: str, attempts: int) -> None:
    log.warning("mail %s goes to quarantine (%s)", row_id, code)
    with writing(ACTOR, reason="poison") as w:
        row = MailMessage.objects.get(pk=row_id)
        MailMessage.objects.filter(pk=row_id).update(
            state="quarantined",
            begun=0,
            error=words[:300],
            attempts=attempts,
            next_at=None,
            clearance=_restricted(row.address),
        )
        w.event(MailQuarantined(error=code[:60], attempts=attempts), ("mail", row_id))


def _restricted(address: str) -> str:
    found, _tag = in_force().address_for(address)
    return reports.clearance_of(found.reason_key) if found is not None else ""


def replay(actor: Actor, row_id: UUID) -> None:
    """Try one that was put aside again."""
    with writing(actor, reason="replay") as w:
        _quarantined(actor, row_id)
        MailMessage.objects.filter(pk=row_id).update(state="waiting", attempts=0, begun=0, next_at=None)
        w.event(MailReplayed(), ("mail", row_id))


def discard(actor: Actor, row_id: UUID, why: str) -> None:
    """Give one up: its bytes are erased, who and why is in the ledger."""
    if not why.strip():
        raise BadInput("missing_why", "Say why the mail is given up.", where="why")
    with writing(actor, reason=why.strip()[:200]) as w:
        _quarantined(actor, row_id)
        MailMessage.objects.filter(pk=row_id).update(state="discarded", raw=None, envelope=None, shown=None)
        w.event(MailDiscarded(), ("mail", row_id))


def _quarantined(actor: Actor, row_id: UUID) -> MailMessage:
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "You may not change what is in quarantine.", hint=f"It needs {PERMISSION}.")
    row = MailMessage.objects.select_for_update().filter(pk=row_id, state="quarantined").first()
    if row is None:
        raise Conflict("not_in_quarantine", "The mail is no longer in quarantine.")
    return row


def forget(limit: int = 500) -> int:
    """Empty mails whose time is over; how many. That there was one stays, so that it is not taken twice."""
    before = clock.now() - timedelta(days=current().days)
    old = MailMessage.objects.filter(received_at__lt=before, state="done", raw__isnull=False).values("pk")[:limit]
    return MailMessage.objects.filter(pk__in=old).update(raw=None, envelope=None)
