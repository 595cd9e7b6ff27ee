"""A floor with weeks of history, for tests of staffing: people, queues and facts as the exporter writes them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.support.people import member

from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.insight import facts, lake
from watchfloor.insight.models import FactCursor, FactFile
from watchfloor.insight.schema import DIGEST, SCHEMA
from watchfloor.ledger.writer import writing
from watchfloor.review import actions as review
from watchfloor.review import plan
from watchfloor.vendors.actions.contracts import save_contract
from watchfloor.vendors.domain.terms import Rate, Terms
from watchfloor.workforce import actions as workforce

END = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday
SHIFTS = (6, 9, 14)
TENURE = {"acme": "over a year", "zeta": "0-30 days"}


def people(vendor: str, many: int, **more: Any) -> list[User]:
    """Reviewers of a vendor who may sign in."""
    found = []
    with writing(system("test")) as w:
        workforce.save_vendor(w, key=vendor, name=vendor.title(), site=vendor.title(), time_zone="UTC")
    for number in range(many):
        user = member({"review.work"}, f"{vendor.title()} {number + 1}")
        with writing(system("test")) as w:
            workforce.save_reviewer(w, user.pk, vendor_key=vendor, languages=["en"], markets=["DE"], **more)
        found.append(user)
    return found


def contracted(vendor: str, hourly: str, currency: str = "EUR") -> None:
    """A contract with one rate, in force for long."""
    terms = Terms(currency=currency, rates=(Rate("reviewer", 5, Decimal(hourly)),))
    with writing(system("test")) as w:
        save_contract(w, vendor, terms, date(2026, 1, 1))


def staffed(weeks: int = 3) -> dict[str, list[User]]:
    """Two vendors and two queues with a history up to ``END``: 12 and 4 items an hour by day, half by night; 100 s each."""
    with writing(system("test")) as w:
        review.save_queue(w, key="hate.en", name="Hate, English", languages=["en"])
        review.save_queue(w, key="live", name="Live streams")
        review.save_queue(w, key="secret", name="Restricted", clearance="child_safety")
    plan.forget()
    crew = {"acme": people("acme", 6), "zeta": people("zeta", 3)}
    rows = _history(crew, weeks)
    FactFile.objects.bulk_create(facts.write(0, len(rows), rows))
    FactCursor.objects.update_or_create(pk=1, defaults={"leaf": len(rows), "columns": DIGEST, "exported_at": END})
    lake.forget()
    return crew


def _history(crew: dict[str, list[User]], weeks: int) -> list[dict[str, Any]]:
    chance = random.Random(7)
    start = END - timedelta(weeks=weeks)
    rows: list[dict[str, Any]] = []
    for hour in range(weeks * 168):
        at = start + timedelta(hours=hour)
        busy = 1.0 if 6 <= at.hour < 22 else 0.5
        for queue, rate, due in (("hate.en", 12, 4 * 3600), ("live", 4, 300), ("secret", 1, 3600)):
            for number in range(chance.randint(0, round(2 * rate * busy))):
                moment = at + timedelta(seconds=chance.randrange(3500))
                clearance = "child_safety" if queue == "secret" else None
                rows.append(
                    _fact(
                        "job.ready", moment, queue=queue, due_at=moment + timedelta(seconds=due), clearance=clearance, cause="new",
                        market="DE" if number % 4 else "FR",
                    )
                )  # fmt: skip
                seconds = 100 * chance.lognormvariate(-0.08, 0.4) * (1.4 if number % 5 == 0 else 1)
                vendor = "zeta" if number % 5 == 0 else "acme"
                rows.append(
                    _fact(
                        "job.decided", moment + timedelta(minutes=50), queue=queue, active_total_ms=round(seconds * 1000), vendor=vendor,
                        tenure=TENURE[vendor], severity=4 if queue == "live" else 2, clearance=clearance,
                    )
                )  # fmt: skip
    for day in range(weeks * 7):
        for users in crew.values():
            for number, user in enumerate(users):
                begin = start + timedelta(days=day, hours=SHIFTS[number % 3])
                for state, after in (("available", 0), ("break", 4), ("available", 4.5), ("away", 8)):
                    rows.append(_fact("presence.changed", begin + timedelta(hours=after), subject=user.pk, state=state))
    rows.sort(key=lambda row: row["moment"])
    for leaf, row in enumerate(rows):
        row["leaf"], row["event"] = leaf, f"e{leaf}"
    return rows


def _fact(
    kind: str, at: datetime, *, subject: UUID | None = None, due_at: datetime | None = None, **more: Any
) -> dict[str, Any]:
    fact: dict[str, Any] = dict.fromkeys(SCHEMA)
    fact |= {"type": kind, "moment": at.replace(tzinfo=None), **more}
    fact["due_at"] = None if due_at is None else due_at.replace(tzinfo=None)
    fact["subject_kind"], fact["subject"] = "reviewer" if subject else "job", str(subject or "")
    return fact
