"""The flood guard: each hit is counted before anything is done, and an entry that leaves its baseline stops at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.db import connection

from watchfloor.detection.banks import entries
from watchfloor.detection.banks.domain import floods
from watchfloor.detection.banks.events import BankQuarantined
from watchfloor.detection.banks.models import Bank, Entry, EntryHour
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.oncall import actions as oncall
from watchfloor.oncall.contracts import PageIn
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review.contracts import SignalIn

_COUNT = """
INSERT INTO detection_bank_hour AS known (entry_id, hour, hits, acted) VALUES (%s, %s, 1, 0)
ON CONFLICT (entry_id, hour) DO UPDATE SET hits = known.hits + 1 RETURNING hits, acted
"""


class Counted(msgspec.Struct, frozen=True):
    """The hits of an entry in this hour with this one, how many of them were acted on, how many it may have."""

    hits: int
    acted: int
    limit: int

    @property
    def flood(self) -> bool:
        """Whether this one is too many."""
        return floods.is_flood(self.hits, self.limit)


def count(entry: Entry) -> Counted:
    """Count one hit. The caller holds the entry's row, so hits are counted one after the other."""
    hour = _hour()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [entry.pk, hour])
        hits, acted = cursor.fetchone()
    return Counted(hits, acted, limit_of(entry, hour))


def acted(entry: Entry) -> None:
    """Something was done for this hit."""
    EntryHour.objects.filter(entry=entry, hour=_hour()).update(acted=_one_more())


def limit_of(entry: Entry, hour: datetime | None = None) -> int:
    """How many hits it may have in this hour."""
    hour = hour or _hour()
    past = EntryHour.objects.filter(entry=entry, hour__lt=hour, hour__gte=hour - timedelta(days=floods.DAYS))
    return floods.limit_of(list(past.values_list("hits", flat=True)), entry.bank.flood_limit, entry.flood_limit)


def quarantine(w: Writer, bank: Bank, entry: Entry, item: Item, version: str, seen: Counted) -> None:
    """Stop the entry now, page for it, and open one case so that somebody looks at what it hit.

    Where the matrix has no line for its severity, those are paged who are for the most severe: an entry that ran away is theirs.
    The caller holds the entry's row. Every other hit, of whatever process, finds it quarantined.
    """
    why = f"{seen.hits:,} hits in an hour, {seen.limit:,} are usual"
    entry.state, entry.change = Entry.State.QUARANTINED, entries.numbers(1)
    entry.changed_at, entry.why = clock.now(), why
    entry.save(update_fields=["state", "change", "changed_at", "why"])
    name = public_name(bank)
    w.event(
        BankQuarantined(bank=name, hits=seen.hits, limit=seen.limit, acted=seen.acted),
        ("bankentry", entry.pk),
        reason=why,
    )
    policy = policies.policy(bank.policy_key)
    signal = SignalIn(
        source=f"flood:{name}"[:120], policy_key=bank.policy_key, severity=bank.severity,
        reason=f"An entry of a bank was stopped: {why}. Is this item really known content?",
    )  # fmt: skip
    case = review.receive_signals(w, item.pk, version, [signal], channel="rule", open_case=True, item=item)
    severity = policy.severity if bank.severity is None else bank.severity
    oncall.page(
        w,
        PageIn(
            key=f"bank-flood:{entry.pk}", severity=min(5, max(1, severity)), policy=bank.policy_key, clearance=bank.clearance,
            case_id=None if case is None else case.pk, words=f"An entry of the bank {name} was stopped: {why}."[:200], or_as=5,
        ),
    )  # fmt: skip


def public_name(bank: Bank) -> str:
    """What events and cases call a bank: a restricted one is not named."""
    return "restricted" if bank.clearance else bank.key


def _hour() -> datetime:
    return clock.now().replace(minute=0, second=0, microsecond=0)


def _one_more() -> object:
    from django.db.models import F

    return F("acted") + 1
