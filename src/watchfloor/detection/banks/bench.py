"""“Bank it” in the moment of the decision: the media of what was just found violating are known from then on, and may be taken out again.

Unlike from the case's page the entries count at once: they are few, and whoever decided has just looked. What is already here is only
counted; the search waits on the bank's page for somebody to say that it shall be done.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.detection.banks import banking, entries, queries, retro
from watchfloor.detection.banks.models import Bank, Entry, Retro
from watchfloor.identity.domain import Actor
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies
from watchfloor.review import queries as review
from watchfloor.review.bench_offers import Offer
from watchfloor.review.models import Decision

KEY = "i"
DAYS = 30  # counted back
WHY = "banked at the workbench"
DONE = (Retro.State.RUNNING, Retro.State.DONE)


def offer(actor: Actor, decision: Decision) -> Offer | None:
    """A button for a decision that a picture or a video violates: into which bank, or out of it again."""
    if decision.verdict != "violating" or not actor.has(queries.EDITS) or not _shows_media(decision):
        return None
    address = reverse("bank-bench", args=[decision.pk])
    mine = [row.bank for row in from_decision(decision.pk) if queries.may(actor, queries.EDITS, row.bank)]
    if mine:
        names = ", ".join(dict.fromkeys(bank.name for bank in mine))
        return Offer(
            key=KEY, words=_("Take it out again"), sign="x", address=address, name="step", choices=(("out", names),),
            told=_("In %(bank)s: copies are known from now on.") % {"bank": names},
        )  # fmt: skip
    banks = choices(actor, decision)
    if not banks:
        return None
    return Offer(
        key=KEY, words=_("Bank it"), sign="photo-search", address=address, name="bank", label=_("Into which bank"),
        choices=tuple((bank.key, bank.name) for bank in banks),
    )  # fmt: skip


def choices(actor: Actor, decision: Decision) -> list[Bank]:
    """The banks of known content one may put it into, the likeliest first: of its violation type, then of its policy."""
    kind = decision.violation_key
    policy = policies.violation(kind).policy_key if kind else decision.policy_key
    found = [bank for bank in banking.choices(actor, decision.case) if not bank.negative]
    return sorted(found, key=lambda bank: (bank.violation_key != kind or not kind, bank.policy_key != policy))


def bank_now(actor: Actor, decision_id: UUID, bank_key: str) -> Bank:
    """Put its pictures and videos in; they match as soon as this returns, and the last days are counted.

    Raises:
        NotFound: one may not know of the decision. BadInput: no such bank, or nothing to bank. Forbidden: one may not change it.
        Conflict: the decision no longer stands.
    """
    decision = _decision(actor, decision_id)
    if decision.verdict != "violating" or decision.superseded_at is not None:
        raise Conflict("not_violating", "The decision no longer stands.")
    bank = next((row for row in choices(actor, decision) if row.key == bank_key), None)
    if bank is None:
        raise BadInput("no_bank", "Choose a bank.", where="bank")
    chosen = [each for each in banking.fingerprints(decision.case) if each.media_id is not None]
    if not chosen:
        raise BadInput("nothing", "Nothing of it can be banked: it was not opened yet, or is too plain.", where="bank")
    ready = [banking.with_turns(each) for each in chosen]  # before the transaction: it opens the pictures
    with writing(actor, reason=WHY) as w:
        before = set(from_decision(decision.pk).values_list("pk", flat=True))
        added = entries.add_entries(w, bank, ready)
        if added.new and not before:
            retro.ask_within(w, bank, added.ids, days=DAYS, why=WHY)
    return bank


def take_out(actor: Actor, decision_id: UUID) -> int:
    """Out again what was banked from this decision; how many entries. What is being counted is dropped.

    Raises:
        NotFound: one may not know of the decision. Forbidden: one may not change a bank of them.
        Conflict: what they found among the last days was acted on.
    """
    decision = _decision(actor, decision_id)
    rows = list(from_decision(decision.pk))
    if any(not queries.may(actor, queries.EDITS, row.bank) for row in rows):
        raise Forbidden("no_permission", "Your roles do not include changing this bank.", hint="It needs bank.edit.")
    if _searches(rows).filter(state__in=DONE).exists():
        raise Conflict(
            "searched", "What it found among the last days was acted on.", hint="Take that search back on its page."
        )
    with writing(actor, reason=WHY) as w:
        return _out(w, rows, "taken out again at the workbench")


def fallen(w: Writer, decision_id: UUID) -> int:
    """A decision no longer stands: what was banked from it counts no more, unless a search with it was carried out. How many went."""
    rows = list(from_decision(decision_id).filter(bank__archived_at__isnull=True))
    if not rows or _searches(rows).filter(state__in=DONE).exists():
        return 0
    return _out(w, rows, "the decision it came from fell")


def from_decision(decision_id: UUID) -> QuerySet[Entry]:
    """The entries that stand in a bank of known content because of a decision."""
    return Entry.objects.select_related("bank").filter(
        evidence=f"decision:{decision_id}", state__in=entries.STANDING, bank__negative=False
    )


def _out(w: Writer, rows: list[Entry], why: str) -> int:
    for search in _searches(rows).filter(state__in=(Retro.State.COUNTING, Retro.State.READY)):
        retro.drop_within(w, search)
    by_bank: dict[UUID, list[Entry]] = {}
    for row in rows:
        by_bank.setdefault(row.bank_id, []).append(row)
    return sum(entries.remove_entries(w, each[0].bank, [row.pk for row in each], why) for each in by_bank.values())


def _searches(rows: list[Entry]) -> QuerySet[Retro]:
    wanted = Q(pk__in=[])
    for row in rows:
        wanted |= Q(entries__contains=[str(row.pk)])
    return Retro.objects.select_related("bank").filter(wanted, bank__in={row.bank_id for row in rows})


def _decision(actor: Actor, decision_id: UUID) -> Decision:
    row = review.known_decisions(actor).select_related("case", "case__item").filter(pk=decision_id).first()
    if row is None:
        raise NotFound("unknown_decision", "There is no such decision.")
    return row


def _shows_media(decision: Decision) -> bool:
    ready = Q(media__state=Media.State.READY) | Q(media__same_as__state=Media.State.READY)
    same = decision.item_version == decision.case.item_version
    return same and MediaLink.objects.filter(ready, item_version=decision.item_version).exists()
