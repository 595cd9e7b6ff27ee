"""Writes a bad Thursday into a running installation: two vendors over twelve days, one of them slower since new hires began; unwanted
messages in Spain since a rule was paused, until it was put on again. A program: ``python -m tests.e2e.journeys.spike`` with
``WATCHFLOOR_HOME`` set.

Everything goes through the floor's public functions, each at its own moment; nothing here is measured by the test itself.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

DAYS, PER_DAY = 12, 3
CLEAR_MS, SLOW_MS = 60_000, 96_000
RULE = "MedicineOffer"
MARKETS = (("ES", "es", "spam.es"), ("GB", "en", "spam.en"))
# Hours before now: when it began, when the rule was put on; messages an hour in Spain meanwhile and after, in Britain all the time.
BEGAN, MENDED = 7.0, 2.5
SPAIN, AFTER, BRITAIN = 16.0, 3.0, 4.0
USUAL_DAYS = 7  # on which as much came in Britain
SPIKE = int(SPAIN * (BEGAN - MENDED))


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
    agree()
    for hours, state, why in (
        (BEGAN + 9 / 60, "paused", "Paused while its false alarms are looked into."),
        (MENDED, "on", "Its false alarms are mended."),
    ):
        with clock.at(now - timedelta(hours=hours)), writing(system("test")) as w:
            set_rule_state(w, RULE, state, why=why)
    chance = random.Random(3)
    waves = [(BEGAN, MENDED, SPAIN, MARKETS[0]), (MENDED, 0.0, AFTER, MARKETS[0]), (BEGAN, 0.0, BRITAIN, MARKETS[1])]
    waves += [(24 * day + BEGAN + 1, 24 * day - 1.0, BRITAIN, MARKETS[1]) for day in range(USUAL_DAYS, 0, -1)]
    for hours, until, pace, (market, language, _queue) in waves:
        count = int(pace * (hours - until))
        for each in range(count):
            before = hours - (each + 0.8 * chance.random()) / count * (hours - until)
            arrive(number, now - timedelta(hours=before), market, language)
            number += 1


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


def agree() -> None:
    """What was agreed for such a day: Alder, who works English only by now, helps out in Spanish."""
    from watchfloor.identity.domain import system
    from watchfloor.identity.models import User
    from watchfloor.ledger.writer import writing
    from watchfloor.review import surge
    from watchfloor.workforce import actions as workforce

    with writing(system("first-run")) as w:
        alder = User.objects.get(email="alder@example.org")
        workforce.save_reviewer(
            w, alder.pk, vendor_key="alder", languages=["en", "es"], skills=["spam"], queues=["spam.en"]
        )
        steps = [
            {"kind": "boost", "filters": {"queue": "spam.es"}, "points": 3},
            {"kind": "vendor_queues", "vendor": "alder", "queues": ["spam.es"]},
        ]
        surge.save_playbook(w, key="wave-es", name="Wave in Spanish", steps=steps, hours=4)


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
