"""The law on the demo floor: a removal order met within its hour, a court's order, a trusted flagger, a request, a hold, a report.

All of it is simulated and says so: what an order speaks of is made for it, so that nobody's real words are called unlawful here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from watchfloor.demo.scenario import Scenario
from watchfloor.demo.steps import Reported
from watchfloor.demo.world import SOURCE, World
from watchfloor.identity.domain import Actor, system
from watchfloor.items.actions import see
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.law import authorities, flaggers, follow, keeping, orders, requests
from watchfloor.law.models import Authority, Order
from watchfloor.ledger.writer import writing
from watchfloor.review import actions as review
from watchfloor.review.contracts import DecisionIn
from watchfloor.transparency import entries, reporting
from watchfloor.transparency.domain.annex.facts import Period

ARRIVES: Final = timedelta(hours=26)  # of the removal order, before the end
DECIDED, ANSWERED = timedelta(minutes=18), timedelta(minutes=40)
DESK, COURT = "Removal orders desk (simulated)", "Regional court (simulated)"
TEXT: Final = "[Simulated] This stands for a post that {what}. Nobody wrote it."


def before(scenario: Scenario, world: World) -> None:
    """What is known before the fortnight begins: whose notices go first, and which authorities somebody made sure of."""
    legal = world.roles["legal"]
    trusted = {
        step.reporter_id for step in scenario.steps if isinstance(step, Reported) and step.channel == "trusted_flagger"
    }
    entry = flaggers.Entry(
        name="Open Inbox Alliance (simulated)", coordinator="Coimisiún na Meán (simulated award)", country="IE",
        awarded_at=scenario.start - timedelta(days=200), area="Scams and spam", contact="notices@open-inbox.invalid",
        reporters=tuple(sorted(trusted)),
    )  # fmt: skip
    flaggers.save(legal, entry)
    for name, kind, country in ((DESK, "law_enforcement", "DE"), (COURT, "court", "FR")):
        row = authorities.save(
            legal, authorities.Entry(name=name, kind=kind, country=country, email="desk@authority.invalid")
        )
        authorities.verify(legal, row.pk)


def moments(scenario: Scenario, world: World) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
    """What happens in the fortnight itself, each with its moment: the removal order, and what the authority is told."""
    arrives = scenario.end - ARRIVES + timedelta(minutes=1)
    told: list[UUID] = []

    def removal(moment: datetime) -> None:
        while follow.follow():  # from here on the clocks follow what happens
            pass
        told.append(_removal(moment, world))

    def answer(moment: datetime) -> None:
        orders.answer(
            world.roles["legal"],
            told[0],
            "done",
            "The content was removed in all Member States within the hour. (Simulated)",
        )

    yield arrives, removal
    yield arrives + ANSWERED, answer


def _removal(moment: datetime, world: World) -> UUID:
    """It arrives, is complete, and the lead finds on it a few minutes later."""
    item = _item("order-tco-1", "a competent authority found to spread terrorist content", moment)
    order = _order(
        world, moment, DESK, kind="tco_removal", reference="TCO-2026-0113", item=item,
        legal_basis="Regulation (EU) 2021/784, article 3", reason="extremism",
    )  # fmt: skip
    with clock.at(moment + DECIDED):
        lead = world.roles["escalation_lead"]
        for case in order.cases:
            lease = review.claim_case(lead, case)
            found = DecisionIn(
                verdict="violating", violation_key="terrorism.propaganda", active_ms=95_000, rationale="As the order says. (Simulated)",
            )  # fmt: skip
            review.decide(lead, lease.job_id, lease.token, found)
    return order.pk


def after(scenario: Scenario, world: World) -> None:
    """What waits at the end: an order being worked, a request, a hold, and the report over the fortnight."""
    arrived = scenario.end - timedelta(hours=3)
    with clock.at(arrived):
        item = _item("order-court-1", "a court found to be unlawful", arrived)
        _order(
            world, arrived, COURT, kind="act_against_content", reference="26/01877", item=item,
            legal_basis="Code civil, article 9 (simulated)", reason="other", territory=("FR",),
        )  # fmt: skip
    account = _account(scenario)
    with clock.at(scenario.end - timedelta(days=2)):
        asked = requests.RequestIn(
            kind="access", account_type="account", account_id=account.external_id, name="Simulated person",
            contact="person@demo.invalid", text="Please tell me what you hold of me. (Simulated)",
        )  # fmt: skip
        row = requests.take_in(world.roles["legal"], asked)
    with clock.at(scenario.end - timedelta(days=1)):
        requests.identify(world.roles["legal"], row.pk, "platform")
        with writing(world.roles["legal"]) as w:
            keeping.place(w, item=account, account=True, basis="litigation", why="A claim before a court. (Simulated)")
    with clock.at(scenario.end):
        report(scenario, world.roles["transparency"])


def report(scenario: Scenario, by: Actor) -> None:
    """The transparency report over the fortnight, counted; nobody has published it."""
    with writing(by) as w:
        entries.write(w, "provider", "Parley Ltd (simulated)")
        entries.write(w, "service", "Parley")
    reporting.ask(by, Period(first=scenario.start.date(), last=scenario.end.date()))
    while reporting.work():
        pass


def _order(world: World, moment: datetime, authority: str, *, item: Item, **words: Any) -> Order:
    row = Authority.objects.get(name=authority)
    order = orders.OrderIn(
        authority=row.pk, text="[Simulated] The order's own words would stand here.", locations=((item.type_key, item.external_id),),
        received_at=moment, **words,
    )  # fmt: skip
    return orders.take_in(world.roles["legal"], order)


def _item(name: str, what: str, moment: datetime) -> Item:
    data = {
        "author_id": "parley-simulated",
        "text": TEXT.format(what=what),
        "subject": "[Simulated]",
        "created_at": moment.isoformat(),
    }
    with writing(system("intake"), on_behalf=f"source:{SOURCE}") as w:
        item, _version = see(
            w, ItemSeen(type="message", id=name, data=data, seen_at=moment, market="DE", language="en")
        )
    return item


def _account(scenario: Scenario) -> Item:
    """The campaign's first account: simulated as a whole."""
    known = sorted(key for key, each in scenario.accounts.items() if each.campaign)
    return Item.objects.filter(type_key="account", external_id__in=known or sorted(scenario.accounts)).earliest("pk")
