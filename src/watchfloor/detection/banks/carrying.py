"""What a match does, item by item: kept, counted, then decided, queued or noted, as its bank says and as far as it is certain."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from watchfloor.detection.banks import entries, guard
from watchfloor.detection.banks.contracts import Match as Found
from watchfloor.detection.banks.domain import weighing
from watchfloor.detection.banks.events import BankMatched
from watchfloor.detection.banks.models import Bank, Entry, Match
from watchfloor.detection.hold import holding
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review import queries as review_queries
from watchfloor.review.contracts import DecisionIn, SignalIn
from watchfloor.review.models import Case, Decision


class Seen(msgspec.Struct, frozen=True):
    """One item version that shows a medium (or is a text), and the retro-match that brought it, if one did."""

    item: Item
    version: str
    media_id: UUID | None = None
    retro_id: UUID | None = None


def hold_entries(matches: Sequence[Found]) -> dict[UUID, Entry]:
    """The entries, their rows held in one order until the transaction ends."""
    ids = sorted({each.entry for each in matches}, key=str)
    rows = Entry.objects.select_for_update(of=("self",)).select_related("bank").filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


def carry(w: Writer, seen: Seen, split: weighing.Split, held: dict[UUID, Entry]) -> list[Match]:
    """Keep and act on the matches of one item version; those known already are left alone. The new ones."""
    made = []
    for each, nearer in split.suppressed:
        entry = held[each.entry]
        if (
            entry.state == Entry.State.LIVE
            and (row := _keep(seen, each, "suppressed", nearer=nearer.entry)) is not None
        ):
            _tell(w, row, entry.bank)
            made.append(row)
    for each in weighing.nearest(split.standing):
        entry = held[each.entry]
        if entry.state != Entry.State.LIVE:  # stopped or taken out since it was looked up
            continue
        row = _keep(seen, each, "held")
        if row is None:
            continue
        entries.hit(entry.pk)
        _act(w, seen, each, entry, row)
        row.save(update_fields=["did", "case_id", "decision_id", "sampled"])
        _tell(w, row, entry.bank)
        made.append(row)
    return made


def _act(w: Writer, seen: Seen, found: Found, entry: Entry, row: Match) -> None:
    bank = entry.bank
    if seen.retro_id is None:  # what a retro-match does was counted and agreed before
        counted = guard.count(entry)
        if counted.flood:
            row.did = "flooded"
            guard.quarantine(w, bank, entry, seen.item, seen.version, counted)
            return
    if not weighing.covers(bank.ratio, bank.key, f"{seen.item.type_key}/{seen.item.external_id}"):
        return
    if bank.action == Bank.Action.NOTE:
        case = _signal(w, seen, found, bank, opens=False)
        row.did, row.case_id = "noted", None if case is None else case.pk
    elif _cleared(seen, bank):
        row.did = "cleared"
        return
    elif (
        bank.action == Bank.Action.DECIDE
        and weighing.certain(found)
        and holding() is None
        and _decided(w, seen, found, bank, row)
    ):
        row.sampled = weighing.sampled(bank.sample, bank.key, seen.version)
    else:
        case = _signal(w, seen, found, bank, opens=True)
        row.did, row.case_id = "queued", None if case is None else case.pk
    if seen.retro_id is None:
        guard.acted(entry)


def _decided(w: Writer, seen: Seen, found: Found, bank: Bank, row: Match) -> bool:
    """Whether it was decided without anybody looking; what fails, and a case that people have in hand, is left to a person."""
    try:
        with w.attempt():
            case = _signal(w, seen, found, bank, opens=True, make_job=False)
            if case is None or case.state != Case.State.OPEN:
                return _left(row, case)
            finding = DecisionIn(
                verdict="violating", violation_key=bank.violation_key, rationale=_sentence(found, bank),
            )  # fmt: skip
            decision = review.decide_by_rule(w, case, finding, rule=f"bank:{guard.public_name(bank)}")
            row.did, row.case_id, row.decision_id = "decided", case.pk, decision.pk
    except WatchfloorError:
        return False
    return True


def _left(row: Match, case: Case | None) -> bool:
    """The signal has joined a case that somebody else decides."""
    row.did, row.case_id = "queued", None if case is None else case.pk
    return True


def _signal(w: Writer, seen: Seen, found: Found, bank: Bank, *, opens: bool, make_job: bool = True) -> Case | None:
    name = guard.public_name(bank)
    details = {
        "distance": found.distance, "margin": found.margin, "kind": found.entry_kind, "exact": found.exact,
        "media": "" if seen.media_id is None else str(seen.media_id), "entry": "" if bank.clearance else str(found.entry),
    }  # fmt: skip
    if found.looked is not None:
        details["looked"] = found.looked
    if found.quality is not None:
        details["quality"] = found.quality
    if found.ranges:
        details["ranges"] = [[part.begin, part.end] for part in found.ranges[:20]]
    signal = SignalIn(
        source=f"match:{name}"[:120], policy_key=bank.policy_key, score=weighing.score(found), reason=_sentence(found, bank),
        severity=bank.severity, details=details,
    )  # fmt: skip
    queue = bank.queue_key
    if queue and review_queries.why_not_queue(queue, bank.policy_key):
        queue = ""
    return review.receive_signals(
        w,
        seen.item.pk,
        seen.version,
        [signal],
        channel="rule",
        open_case=opens,
        make_job=make_job,
        item=seen.item,
        queue=queue,
    )


def _sentence(found: Found, bank: Bank) -> str:
    """Why, for whoever reads the case."""
    where = "a restricted bank" if bank.clearance else f"the bank “{bank.name}”"
    if found.entry_kind in ("md5", "sha256"):
        return f"The same file as an entry of {where}."
    if found.entry_kind == "url":
        return f"Holds an address that is in {where}."
    if found.entry_kind == "text":
        return (
            f"The same text as an entry of {where}." if found.distance == 0
            else f"Nearly the text of an entry of {where}: {found.distance:.2f} apart, up to {found.distance + found.margin:.2f} counts."
        )  # fmt: skip
    words = (
        f"{found.distance:.0f} of 256 bits from an entry of {where}, up to {found.distance + found.margin:.0f} count"
    )
    if found.quality is not None:
        words += f"; quality {found.quality}"
    if found.turned:
        words += "; a turned or mirrored copy"
    if found.looked is not None:
        words += "; read again from every pixel" if found.exact else f"; {found.looked:.0f} when read from every pixel"
    if found.ranges:
        part = found.ranges[0]
        words += f"; from {part.begin:.0f} s to {part.end:.0f} s"
    return words[0].upper() + words[1:] + "."


def _cleared(seen: Seen, bank: Bank) -> bool:
    """Whether a person has found this very version clean: a bank does not overrule people."""
    return Decision.objects.filter(
        case__item=seen.item, item_version=seen.version, verdict=Decision.Verdict.CLEAN, origin__in=("human", "appeal"),
        superseded_at__isnull=True, case__harm_group=policies.policy(bank.policy_key).harm_group,
    ).exists()  # fmt: skip


def _keep(seen: Seen, found: Found, did: str, *, nearer: UUID | None = None) -> Match | None:
    """The match as a row; None when it is known."""
    row = Match(
        bank_id=found.bank_id, entry_id=found.entry, item=seen.item, item_version=seen.version, media_id=seen.media_id,
        kind=found.entry_kind, distance=found.distance, quality=found.quality, margin=found.margin, exact=found.exact,
        ranges=[[part.begin, part.end, part.known_begin, part.known_end, part.frames] for part in found.ranges],
        at=clock.now(), did=did, retro_id=seen.retro_id, nearer=nearer,
    )  # fmt: skip
    known = Match.objects.filter(entry_id=found.entry, item_version=seen.version, media_id=seen.media_id).exists()
    if known:  # the entry's row is held, so nobody makes it meanwhile
        return None
    row.save(force_insert=True)
    return row


def _tell(w: Writer, row: Match, bank: Bank) -> None:
    severity = bank.severity
    if severity is None:
        severity = policies.policy(bank.policy_key).severity if bank.policy_key else 0
    w.event(
        BankMatched(
            bank=guard.public_name(bank), kind=row.kind, policy=bank.policy_key, severity=severity, market=row.item.market,
            distance=row.distance, margin=row.margin, did=row.did, sampled=row.sampled,
            views_avoided=int(row.did == "decided" and not row.sampled),
        ),
        ("bankmatch", row.pk), case_id=row.case_id, item_version=row.item_version,
    )  # fmt: skip
