"""Identity checks: ask somebody who they are, take evidence by a secret link, decide, and forget the evidence by rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import F, QuerySet

from watchfloor.detection.likeness.events import (
    IdentityAnswered,
    IdentityAsked,
    IdentityDecided,
    IdentityForgotten,
    NameProtected,
)
from watchfloor.detection.likeness.models import Evidence, IdentityCheck, ProtectedName
from watchfloor.enforcement import messages
from watchfloor.items import holds
from watchfloor.items.media import actions as media
from watchfloor.items.media.fetch import Refused
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.items.media.store import Incoming
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import Writer
from watchfloor.platform.secret_links import SecretLinks

VERIFIES: Final = "likeness.verify"
CLEARANCE: Final = "identity"  # a scope's clearance: who may see what people showed of themselves
MOST_FILES: Final = 5
MOST_BYTES: Final = 10_000_000
ANSWER_DAYS: Final = 14
FORGET_DAYS: Final = 30
LONGEST_DAYS: Final = 180
FINAL: Final = ("verified", "refused", "impostor")
State = IdentityCheck.State
_links = SecretLinks("watchfloor.identity-check", "idc")


def ask(
    w: Writer, account: Item, *, wanted: str, protected: ProtectedName | None = None, case_id: UUID | None = None,
    answer_days: int = ANSWER_DAYS, forget_after: int = FORGET_DAYS,
) -> IdentityCheck:  # fmt: skip
    """Ask for evidence; the platform tells the account by the topic ``identity``, with the link.

    Raises:
        BadInput: nothing is asked for, or a span makes no sense. Conflict: the account is being asked already.
    """
    wanted = " ".join(wanted.split())
    if not 3 <= len(wanted) <= 500:
        raise BadInput("no_words", "Say in 3 to 500 characters what is asked for.", where="wanted")
    if account.kind != "account":
        raise BadInput("no_account", "Only accounts can be asked who they are.", where="account")
    if not 1 <= answer_days <= 90:
        raise BadInput("bad_days", "An answer may take 1 to 90 days.", where="answer_days")
    if not 0 <= forget_after <= LONGEST_DAYS:
        raise BadInput(
            "bad_days", f"Evidence is kept at most {LONGEST_DAYS} days after the decision.", where="forget_after"
        )
    if IdentityCheck.objects.filter(account=account, state__in=(State.ASKED, State.ANSWERED)).exists():
        raise Conflict("asked_already", "This account is being asked already.")
    now = clock.now()
    row = w.create(
        IdentityCheck, account=account, protected=protected, case_id=case_id, state=State.ASKED, wanted=wanted, asked_at=now,
        asked_by=w.actor, due_at=now + timedelta(days=answer_days), forget_after=forget_after,
    )  # fmt: skip
    w.event(IdentityAsked(due=row.due_at.isoformat(), forget_after_days=forget_after), row, case_id=case_id)
    _tell(w, row, State.ASKED)
    return row


def answer(w: Writer, row: IdentityCheck, files: list[bytes], note: str = "") -> IdentityCheck:
    """What somebody handed in, sealed as any medium, for the cleared only; more can come until it is decided.

    Raises:
        BadInput: a file that is no picture, or too large, or nothing at all. Conflict: it is decided, or too late.
    """
    row = IdentityCheck.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.state not in (State.ASKED, State.ANSWERED) or row.due_at <= clock.now():
        raise Conflict("closed", "Nothing can be handed in here any more.")
    note = note.strip()[:1_000]
    if not files and not note:
        raise BadInput("nothing", "Choose a picture, or write something.", where="files")
    if len(files) + row.evidence.count() > MOST_FILES:
        raise BadInput("too_many", f"At most {MOST_FILES} pictures.", where="files")
    for data in files:
        medium = _kept(w, data)
        w.create(Evidence, check_of=row, media=medium, received_at=clock.now())
        MediaLink.objects.create(item_version=shown_as(row), field="evidence", place=_place(row), media=medium)
    w.update(row, state=State.ANSWERED, note="\n".join(part for part in (row.note, note) if part)[:1_000])
    w.event(IdentityAnswered(files=len(files)), row, case_id=row.case_id)
    return row


def decide(w: Writer, row: IdentityCheck, outcome: str, *, why: str) -> IdentityCheck:
    """Verified, refused or an impostor. The evidence's clock begins.

    Raises:
        BadInput: no such outcome, no reason. Conflict: it is decided already, or verified without anything to look at.
    """
    row = IdentityCheck.objects.select_for_update(of=("self",)).select_related("account").get(pk=row.pk)
    if outcome not in FINAL:
        raise BadInput("unknown_outcome", f"{outcome[:30]!r} is no outcome.", where="outcome", hint=", ".join(FINAL))
    why = " ".join(why.split())
    if not 3 <= len(why) <= 500:
        raise BadInput("missing_why", "Say why, in 3 to 500 characters.", where="why")
    if row.state in FINAL:
        raise Conflict("decided_already", "It is decided already.")
    if outcome == State.VERIFIED and row.state != State.ANSWERED:
        raise Conflict("nothing_shown", "Nothing was handed in by which it could be verified.")
    w.update(row, state=outcome, why=why, decided_at=clock.now(), decided_by=w.actor)
    w.event(IdentityDecided(outcome=outcome, forget_at=forget_at(row).isoformat()), row, case_id=row.case_id)
    if outcome == State.VERIFIED and row.protected is not None and row.protected.account_id is None:
        from watchfloor.detection.likeness import register

        w.update(row.protected, account=row.account, verified=True, changed_at=clock.now())
        w.event(NameProtected(kind=row.protected.kind, verified=True), row.protected)
        register.forget()
    _tell(w, row, outcome)
    return row


def forget_at(row: IdentityCheck) -> datetime:
    """When the evidence goes: so many days after the decision; of what nobody answers or decides, after the time to answer."""
    return (row.decided_at or row.due_at) + timedelta(days=row.forget_after)


def due(now: datetime) -> QuerySet[Evidence]:
    """Evidence whose time is over."""
    number: Any = F("check_of__forget_after")
    days = timedelta(days=1) * number
    rows = Evidence.objects.filter(forgotten_at__isnull=True)
    decided = rows.filter(check_of__decided_at__lte=now - days)
    left = rows.filter(check_of__decided_at__isnull=True, check_of__due_at__lte=now - days)
    return decided | left | rows.filter(check_of__seal__isnull=True)  # the person was erased


def forget_due(w: Writer, limit: int = 100) -> int:
    """Erase what is due: the bytes cannot be read by anybody any more, here or in a copy. How many files.

    A file that is also somebody's picture on the platform stays theirs; held evidence stays until the hold is lifted.
    """
    rows = list(
        due(clock.now())
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("check_of", "media")
        .order_by("pk")[:limit]
    )
    by_check: dict[UUID, list[Evidence]] = {}
    for row in rows:
        by_check.setdefault(row.check_of_id, []).append(row)
    done = 0
    for some in by_check.values():
        check = some[0].check_of
        if holds.which([check.account_id]):
            continue
        erased = 0
        for row in some:
            medium = row.media
            MediaLink.objects.filter(item_version=shown_as(check), media=medium).delete()
            w.update(row, media=None, forgotten_at=clock.now())
            if medium is not None and _nobody_elses(medium, row):
                media.erase(w, medium, why="the time for evidence of an identity is over")
                erased += 1
        if check.seal is not None:
            w.update(check, note="")
        w.event(IdentityForgotten(files=len(some), erased=erased), check)
        done += len(some)
    return done


def shown_as(row: IdentityCheck) -> str:
    """The name under which ``items.media.queries.views`` shows the evidence; to the cleared only."""
    return f"identity:{row.pk}"


def link(row: IdentityCheck) -> str:
    """Where the person hands in what is asked for."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/identity/with/{token(row)}"


def token(row: IdentityCheck) -> str:
    """The secret part of the link."""
    return _links.token(row.pk, row.turn)


def from_token(text: str) -> IdentityCheck:
    """The check behind a link; ``NotFound`` where it was cut, changed or made up."""
    pk, turn = _links.read(text)
    row = IdentityCheck.objects.select_related("account").filter(pk=pk).first()
    if row is None or str(row.turn) != turn:
        raise NotFound("bad_link", "This link leads nowhere any more.")
    return row


def _nobody_elses(medium: Media, row: Evidence) -> bool:
    elsewhere = Evidence.objects.filter(media=medium).exclude(pk=row.pk).exists()
    return not elsewhere and not MediaLink.objects.filter(media=medium).exists()


def _place(row: IdentityCheck) -> int:
    return MediaLink.objects.filter(item_version=shown_as(row)).count()


def _kept(w: Writer, data: bytes) -> Media:
    try:
        file = Incoming(MOST_BYTES)
        try:
            file.write(data)
            kind = file.finish()
        except BaseException:
            file.abandon()
            raise
    except Refused as problem:
        raise BadInput("bad_file", problem.why, where="files", hint="Pictures are taken: JPEG, PNG, WebP.") from None
    if kind.kind != "image":
        file.abandon()
        raise BadInput("not_a_picture", "Only pictures are taken here.", where="files")
    medium = media.received(w, file, how="upload", source="identity-check")
    media.restrict(w, medium, CLEARANCE)
    return medium


def _tell(w: Writer, row: IdentityCheck, step: str) -> None:
    """The platform tells the person: what is asked for with the link, or what was decided."""
    asked = step == State.ASKED
    payload = messages.of_identity(
        encode("idc", row.pk), step=step, account_type=row.account.type_key, account=row.account.external_id,
        link=link(row) if asked else "", due=row.due_at if asked else None,
    )  # fmt: skip
    key = f"{encode('idc', row.pk)}.{step}"
    w.send("identity", lane=f"identity:{row.pk}", key=key, payload=payload, subject=f"identity_check:{row.pk}")
