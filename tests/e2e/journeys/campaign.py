"""Two rule authors and what the journey of a rule needs around it. A program: ``python -m tests.e2e.journeys.campaign STEP`` with
``WATCHFLOOR_HOME`` set. Steps: ``people`` (two authors), ``verify`` (one seller is a verified account), ``flood`` (an hour from now the
rule fires out of all proportion, and the watch looks).
"""

from __future__ import annotations

import sys
from datetime import timedelta

RULE = "PillWave"


def people() -> None:
    """Who writes the rule, and who agrees to it."""
    from tests.e2e.journeys.people import PASSWORD, email

    from watchfloor.identity import actions as identity
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    by = system("first-run")
    with writing(by, reason="browser tests") as w:
        for login, name in (("rina", "Rina Shah"), ("theo", "Theo Brandt")):
            user = identity.create_user(w, email=email(login), name=name, password=PASSWORD)
            identity.grant(w, by, user, "rule_author")


def verify() -> None:
    """One of the sellers is a verified account: a second person must agree to a rule that hits it."""
    from watchfloor.identity.domain import system
    from watchfloor.items import actions as items
    from watchfloor.items.models import Item
    from watchfloor.ledger.writer import writing

    account = Item.objects.get(type_key="account", external_id="pill-seller-1")
    with writing(system("test")) as w:
        items.add_label(w, account, "verified", source="user:platform")


def flood() -> None:
    """Three usual weeks, then an hour in which it fires sixty times, and the watch."""
    from watchfloor.detection import alarms
    from watchfloor.detection.models import RuleHits
    from watchfloor.kernel import clock

    later = clock.now() + timedelta(hours=2)
    hour = later.replace(minute=0, second=0, microsecond=0)
    for weeks, acted in ((0, 60), (1, 2), (2, 3), (3, 1)):
        RuleHits.objects.create(rule=RULE, hour=hour - weeks * timedelta(days=7), acted=acted, shadow=0, errors=0)
    with clock.at(later):
        assert alarms.watch() == [RULE]


if __name__ == "__main__":
    from watchfloor.console import prepare

    prepare.django()
    {"people": people, "verify": verify, "flood": flood}[sys.argv[1]]()
