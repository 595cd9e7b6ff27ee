"""The demo's vendors and the house: contracts, an invoice, a question that became knowledge, an announcement, a check-in that was sent.

Vendors, people and money are simulated and say so; the figures are counted from the fortnight that was played.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import World
from watchfloor.kernel import clock
from watchfloor.knowledge import actions as knowledge
from watchfloor.ledger.writer import writing
from watchfloor.vendors import access, agenda, calendar, hours
from watchfloor.vendors.actions import check_ins, invoices, visits, workspace
from watchfloor.vendors.actions.contracts import save_contract, save_party
from watchfloor.vendors.domain.invoices import HEAD
from watchfloor.vendors.domain.invoices import hours as as_hours
from watchfloor.vendors.domain.judging import money
from watchfloor.vendors.domain.terms import Credit, Rate, Target, Terms

RATES: Final = {"alder": ("9.20", "USD", "PH"), "birch": ("16.40", "EUR", "PT"), "cedar": ("58", "PLN", "PL")}
QUESTION: Final = "Is a newsletter spam when the reader once signed up for it? (Simulated)"
ANSWER: Final = (
    "Not while each mail says who signed up and how to leave, and leaving works. Without either it is. (Simulated)"
)


def terms_of(key: str) -> Terms:
    """The contract of one of the three vendors: the same promises, each at its own rate."""
    hourly, currency, _country = RATES[key]
    steps = (Credit(Decimal(0), Decimal(1)), Credit(Decimal(10), Decimal(3)))
    return Terms(
        currency=currency, rates=(Rate("reviewer", 8, Decimal(hourly)),), least=40,
        targets=(
            Target("aht", "4.1", Decimal(140), steps), Target("sla_completed", "4.2", Decimal(90), steps),
            Target("overturned_per_decision", "4.3", Decimal(3), steps[:1]),
        ),
    )  # fmt: skip


def after(scenario: Scenario, world: World) -> None:
    """Once the fortnight is played and counted."""
    manager = world.roles["vendor_manager"]
    with clock.at(scenario.end - timedelta(minutes=5)), writing(manager, reason="demo") as w:
        for key, (_hourly, _currency, country) in RATES.items():
            save_contract(w, key, terms_of(key), scenario.start.date(), note="Simulated")
            save_party(w, key, addresses="", country=country)  # nobody is there to be mailed to
        told = "Newsletters people signed up for (simulated)"
        workspace.announce(
            w, manager, title=told, text=f"{ANSWER} Acknowledge when you have read it.", policy_key="spam"
        )
        visits.plan(w, "birch", site="Lisbon", on=scenario.end.date() + timedelta(days=16), who=manager.name)
    first = scenario.start.date() + timedelta(days=7)
    last = scenario.end.date() - timedelta(days=1)
    _question(scenario, world)
    with clock.at(scenario.end - timedelta(minutes=3)):
        side = access.side(manager, "birch")
        with writing(world.roles["vendor_lead"], reason="demo") as w:
            invoices.take_in(
                w, "birch", reference="BIR-0131 (simulated)", starts_on=first, ends_on=last, text=_bill(first, last)
            )
        with writing(manager, reason="demo") as w:
            row = check_ins.plan(w, "birch", clock.now(), first, last)
            due = calendar.due_on("birch", 4)
            owner, text = "Bruno Faria", "Sit beside the six new people for their first hundred cases (simulated)"
            check_ins.add_task(w, "birch", side="vendor", owner=owner, text=text, due_on=due, check_in=row)
            said = "The new cohort holds the early shift and takes longer. More coaching until Friday. (Simulated)"
            check_ins.write(w, row.pk, minutes=said, attendees=f"{manager.name}, Bruno Faria")
        found = agenda.fill(manager, side, first, last)
        with writing(manager, reason="demo") as w:
            check_ins.send(w, side, row.pk, msgspec.to_builtins(found))


def _question(scenario: Scenario, world: World) -> None:
    lead, manager = world.roles["vendor_lead"], world.roles["vendor_manager"]
    with clock.at(scenario.end - timedelta(hours=30)), writing(lead, reason="demo") as w:
        row = workspace.ask(w, "birch", QUESTION, policy_key="spam")
        workspace.ask(w, "birch", "May two people share the late seat on Sundays? (Simulated)")
    with clock.at(scenario.end - timedelta(hours=26)), writing(manager, reason="demo") as w:
        answered = workspace.answer(w, "birch", row.pk, ANSWER, article="Newsletters people signed up for (simulated)")
        if answered.article_id is not None:
            knowledge.publish(w, answered.article_id)


def _bill(first: date, last: date) -> str:
    """What was logged, but for one person with six hours too many and one at another rate."""
    log, _names = hours.logged("birch", first, last, ZoneInfo("Europe/Lisbon"))
    lines = [",".join(HEAD)]
    for number, (person, days) in enumerate(sorted(log.items())):
        spent = as_hours(sum(days.values())) + (6 if number == 1 else 0)
        rate = Decimal("17.10") if number == 2 else Decimal("16.40")
        lines.append(f"{person},reviewer,{first},{last},{spent},{rate},{money(spent * rate, 'EUR')}")
    return "\n".join(lines)
