"""Writes a bad Thursday into a running installation: two vendors over twelve days, one of them slower since new hires began, and
unwanted messages in Spain since a rule was paused. A program: ``python -m tests.e2e.journeys.spike`` with ``WATCHFLOOR_HOME`` set.

Everything goes through the floor's public functions, each at its own moment; nothing here is measured by the test itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

DAYS, PER_DAY, SPIKE = 12, 3, 40
CLEAR_MS, SLOW_MS = 60_000, 96_000
RULE = "MedicineOffer"
MARKETS = (("ES", "es", "spam.es"), ("GB", "en", "spam.en"))


def write() -> None:
    """Twelve days of decided cases, then the spike that waits."""
    from watchfloor.detection.actions import set_rule_state
    from watchfloor.identity.domain import system
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing

    now = clock.now()
    with clock.at(now - timedelta(days=DAYS + 1)):
        people = make_people()
    number = 0
    for day in range(DAYS, 0, -1):
        for vendor in people:
            for turn in range(PER_DAY):
                market, language, queue = MARKETS[turn % len(MARKETS)]
                moment = now - timedelta(days=day, hours=2 * turn)
                slow = vendor == "birch" and day <= 4
                arrive(number, moment, market, language)
                decide(people[vendor], queue, moment + timedelta(minutes=20), SLOW_MS if slow else CLEAR_MS)
                number += 1
    with clock.at(now - timedelta(minutes=50)), writing(system("test")) as w:
        set_rule_state(w, RULE, "paused", why="Paused while its false alarms are looked into.")
    for each in range(SPIKE):
        arrive(number + each, now - timedelta(seconds=60 * 40 - 40 * each), "ES", "es")


def make_people() -> dict[str, Any]:
    """One reviewer for each vendor."""
    from watchfloor.identity import actions as identity
    from watchfloor.identity.domain import system
    from watchfloor.identity.queries import actor_for
    from watchfloor.ledger.writer import writing
    from watchfloor.workforce import actions as workforce

    by, people = system("test"), {}
    queues = [queue for _, _, queue in MARKETS]
    with writing(by) as w:
        for key, name in (("alder", "Alder"), ("birch", "Birch")):
            workforce.save_vendor(w, key=key, name=name)
            user = identity.create_user(w, email=f"{key}@example.org", name=f"Someone at {name}", password=None)
            identity.grant(w, by, user, "reviewer", queues=queues)
            workforce.save_reviewer(w, user.pk, vendor_key=key, languages=["en", "es"], skills=["spam"], queues=queues)
            people[key] = user
    return {key: actor_for(user) for key, user in people.items()}


def arrive(number: int, moment: datetime, market: str, language: str) -> None:
    """A message is reported."""
    from watchfloor.identity.domain import system
    from watchfloor.items import actions as items
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.kernel import clock
    from watchfloor.kernel.ids import new_id
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions as review
    from watchfloor.review.contracts import ReportIn

    with clock.at(moment), writing(system("intake")) as w:
        data = {"author_id": f"seller-{number}", "text": f"Oferta {number}: relojes a mitad de precio, solo hoy."}
        item, version = items.see(
            w,
            ItemSeen(type="message", id=f"offer-{number}", data=data, seen_at=moment, market=market, language=language),
        )
        review.receive_report(
            w,
            ReportIn(
                id=new_id(), item=item.pk, item_version=version, source="chirp", channel="user", reporter_kind="user",
                reason_key="spam", received_at=moment, reporter=f"reporter-{number}", market=market, language=language,
            ),
        )  # fmt: skip


def decide(actor: Any, queue: str, moment: datetime, active_ms: int) -> None:
    """The one job that waits there is found to be spam; in one piece, so that the running floor sees no lease of days ago."""
    from django.db import transaction

    from watchfloor.kernel import clock
    from watchfloor.review import actions as review
    from watchfloor.review.contracts import DecisionIn

    with transaction.atomic():
        with clock.at(moment):
            lease = review.claim(actor, queue=queue, lease_seconds=(DAYS + 2) * 86_400)
            assert lease is not None
        with clock.at(moment + timedelta(milliseconds=active_ms)):
            finding = DecisionIn(verdict="violating", violation_key="spam.bulk", active_ms=active_ms)
            review.decide(actor, lease.job_id, lease.token, finding)


if __name__ == "__main__":
    from watchfloor.console import prepare

    prepare.django()
    write()
