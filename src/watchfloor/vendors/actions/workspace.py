"""Questions of vendors and their answers, announcements and who has read them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.knowledge import actions as knowledge
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.vendors import access, calendar
from watchfloor.vendors.contracts import in_force, terms_of
from watchfloor.vendors.events import Announced, AnnouncementRead, VendorAnswered, VendorAsked
from watchfloor.vendors.models import Announcement, Question, Receipt
from watchfloor.workforce.models import Reviewer, Vendor

LONGEST = 8_000


def ask(w: Writer, vendor_key: str, text: str, *, policy_key: str = "") -> Question:
    """A vendor asks; the clock of its contract begins."""
    _text(text, "text")
    if policy_key:
        policies.policy(policy_key)
    now = clock.now()
    terms = terms_of(in_force(vendor_key, now.date()))
    row = w.create(
        Question, vendor_key=vendor_key, policy_key=policy_key, text=text.strip(), asked_by=w.actor, asked_at=now,
        due_at=calendar.answer_due(terms),
    )  # fmt: skip
    w.event(VendorAsked(vendor=vendor_key, policy=policy_key), row)
    return row


def answer(w: Writer, vendor_key: str, question_id: UUID, text: str, *, article: str = "") -> Question:
    """The house answers. ``article``: the title of a draft of knowledge made from it (needs a policy)."""
    _text(text, "answer")
    row = Question.objects.select_for_update().filter(pk=question_id, vendor_key=vendor_key).first()
    if row is None:
        raise NotFound("unknown_question", "There is no such question.")
    if row.answered_at is not None:
        raise Conflict("answered_already", "Somebody answered it already.", hint="Load the page again.")
    made = None
    if article.strip():
        made = knowledge.draft(w, title=article, body=text, policy_key=row.policy_key, source=f"question:{row.pk}")
    now = clock.now()
    w.update(row, answer=text.strip(), answered_by=w.actor, answered_at=now, article_id=made.pk if made else None)
    after = int((now - row.asked_at).total_seconds() * 1000)
    w.event(VendorAnswered(vendor=vendor_key, in_time=now <= row.due_at, after_ms=after, article=made is not None), row)
    return row


def announce(
    w: Writer, actor: Actor, *, title: str, text: str, vendors: Sequence[str] | None = None, policy_key: str = ""
) -> Announcement:
    """Tell vendors something. ``vendors`` None: all, which only somebody may who manages all of them."""
    if not title.strip() or len(title) > 200:
        raise BadInput("bad_title", "Write a title of 1 to 200 characters.", where="title")
    _text(text, "text")
    wanted = list(vendors) if vendors is not None else None
    mine = {row.key for row in access.vendors(actor, access.MANAGE)}
    if wanted is None and mine != set(Vendor.objects.exclude(key=access.INHOUSE).values_list("key", flat=True)):
        wanted = sorted(mine)  # all of theirs
    if wanted is not None and (not wanted or not set(wanted) <= mine):
        raise BadInput("unknown_vendor", "Choose among your vendors.", where="vendors")
    version = None
    if policy_key:
        held = policies.version_in_force(policy_key)
        version = held.number if held else None
    row = w.create(
        Announcement, title=title.strip(), text=text.strip(), vendors=wanted, policy_key=policy_key, policy_version=version,
        made_by=w.actor, made_at=clock.now(),
    )  # fmt: skip
    w.event(Announced(vendors=wanted or [], policy=policy_key, policy_number=version or 0), row)
    return row


def read(w: Writer, actor: Actor, row: Announcement, *, acknowledge: bool = False) -> Receipt | None:
    """Somebody of a vendor opened it, or says they have understood it. The house's own people leave no receipt."""
    who = (
        Reviewer.objects.filter(pk=actor.id).exclude(vendor_key=access.INHOUSE).first()
        if actor.kind == "user"
        else None
    )
    if who is None or (row.vendors is not None and who.vendor_key not in row.vendors):
        return None
    now = clock.now()
    site = Vendor.objects.filter(key=who.vendor_key).values_list("site", flat=True).first() or ""
    found = Receipt.objects.select_for_update().filter(announcement=row, person=who.pk).first()
    if found is None:
        found = w.create_unless_known(
            Receipt, announcement=row, person=who.pk, vendor_key=who.vendor_key, site=site, read_at=now,
            acknowledged_at=now if acknowledge else None,
        )  # fmt: skip
        if found is None:  # in two windows at once
            return Receipt.objects.get(announcement=row, person=who.pk)
    elif acknowledge and found.acknowledged_at is None:
        w.update(found, acknowledged_at=now)
    else:
        return found
    w.event(AnnouncementRead(vendor=who.vendor_key, acknowledged=acknowledge), found)
    return found


def _text(text: str, where: str) -> None:
    if not text.strip() or len(text) > LONGEST:
        raise BadInput("bad_text", f"Write 1 to {LONGEST:,} characters.", where=where)
