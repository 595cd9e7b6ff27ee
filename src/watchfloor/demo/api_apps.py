"""Apps on the demo floor: three that were approved, the calls they make, and the one through which the planted campaign goes.

The apps, what they declare and their calls are simulated and say so; the messages sent through QuickBlast on day 11 are those of the
planted spike, so its telemetry drifts by what it does.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from watchfloor.appreview import telemetry
from watchfloor.appreview.actions import deciding, stepping, submitting
from watchfloor.appreview.actions.deciding import Verdict
from watchfloor.appreview.actions.submitting import AppIn
from watchfloor.appreview.domain.checks import Asked, ScopeAsked
from watchfloor.appreview.models import ApiApp, Application
from watchfloor.demo.crowd import APPS, SPIKE_APP
from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import World
from watchfloor.identity.domain import system
from watchfloor.intake.rows import EVENT
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

CALLS = 90  # an app makes a day, give or take a few; reads
USES = {
    SPIKE_APP: "Small shops answer their customers' messages from one inbox; an agent reads a chat and writes each reply by hand.",
    "app-11": "A help desk shows a customer's profile beside the ticket, and sends the agent's reply as a private message.",
    "app-04": "People read their Parley messages in the mail program they use, and answer single ones from there by reply.",
}  # fmt: skip
WAITING = "app-21"
JUST_AFTER = timedelta(minutes=20)  # midnight, when a day is counted


def before(scenario: Scenario, world: World) -> None:
    """Three apps are handed in and approved on the day before the fortnight begins."""
    with clock.at(scenario.start - timedelta(days=1)):
        for app_id in USES:
            _approve(world, _hand_in(app_id, APPS[app_id][0], USES[app_id]))


def calls(scenario: Scenario) -> Iterator[tuple[str, str, dict[str, Any], datetime]]:
    """What the apps read, evenly over the waking hours of each day: (kind, key, row, moment)."""
    chance = random.Random(f"{scenario.seed}:apps")
    day, number = scenario.start.replace(hour=0, minute=0, second=0, microsecond=0), 0
    while day < scenario.end:
        for app_id in USES:
            for _ in range(CALLS + chance.randrange(-9, 10)):
                at = day + timedelta(hours=6) + timedelta(hours=16) * chance.random()
                number += 1
                if scenario.start <= at < scenario.end:
                    yield EVENT, f"call-{number}", _call(app_id, at, chance), at
        day += timedelta(days=1)


def after(scenario: Scenario, world: World) -> None:
    """Each day is counted as it ends; what drifted is limited on the morning after, and waits for a person; one more app is handed in."""
    day = scenario.start.date()
    while day < scenario.end.date():
        midnight = datetime(day.year, day.month, day.day, tzinfo=scenario.end.tzinfo) + timedelta(days=1)
        with clock.at(midnight + JUST_AFTER):
            telemetry.count(day)
        for row in Application.objects.filter(trigger="drift", app__step="").select_related("app"):
            with clock.at(midnight + timedelta(hours=8)):
                _limit(world, row.app)
        day += timedelta(days=1)
    with clock.at(scenario.end - timedelta(hours=5)):
        use = "Clubs plan their posts for the week and publish each at the hour their members chose; nothing is sent to strangers."
        _hand_in(WAITING, "Clubcaster", use, scopes=("content.write", "profile.read", "follow.write"))


def _hand_in(
    app_id: str, name: str, use: str, scopes: tuple[str, ...] = ("message.write", "profile.read")
) -> Application:
    reasons = {
        "message.write": "Sends the reply that a person wrote.", "profile.read": "Shows whom the reply goes to.",
        "content.write": "Publishes the planned posts.", "follow.write": "Follows the club's members.",
    }  # fmt: skip
    asked = Asked(
        name=name, description=f"{name} (simulated)", use_case=use, scopes=tuple(ScopeAsked(key, reasons[key]) for key in scopes),
        redirects=(f"https://{name.lower()}.example.com/callback",), tier="small", volume=150,
        mix={"message_posted": 0.1, "profile_read": 0.9}, data="The open conversations.", retention_days=30,
    )  # fmt: skip
    given = AppIn(app_id=app_id, developer_id=f"dev-{app_id}", developer_name=f"{name} Ltd (simulated)", asked=asked)
    with writing(system("demo")) as w:
        return submitting.submit(w, given)


def _approve(world: World, row: Application) -> None:
    reviewer = world.roles["app_reviewer"]
    with writing(reviewer) as w:
        deciding.claim(w, reviewer, row.pk)
        deciding.decide(w, reviewer, row.pk, Verdict(kind="approve"))


def _limit(world: World, app: ApiApp) -> None:
    reviewer = world.roles["app_reviewer"]
    with writing(reviewer) as w:
        stepping.take(
            w, reviewer, app, "limit_writes", limit=20, violations=("AR-602",),
            why="Nearly the same message went out dozens of times in one afternoon. Write to us what happened.",
        )  # fmt: skip


def _call(app_id: str, at: datetime, chance: random.Random) -> dict[str, Any]:
    who = f"{app_id}-user-{chance.randrange(25)}"
    return {
        "name": "profile_read", "at": at.isoformat(), "market": "US", "language": "en",
        "item": {"type": "account", "id": f"reader-of-{who}", "data": {"display_name": "[Simulated]"}},
        "data": {"app": app_id, "actor": who},
    }  # fmt: skip
