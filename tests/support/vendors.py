"""A vendor's fortnight as it came about: decisions of which many were late, hours on the floor, a contract that promises better."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from tests.support.floor import REVIEWER, SPAM, Floor, install
from tests.support.people import actor_of, member

from watchfloor.identity.domain import Actor, system
from watchfloor.identity.models import User
from watchfloor.insight import facts
from watchfloor.insight import lake as fact_lake
from watchfloor.kernel import clock
from watchfloor.ledger import sequencer
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.training import defaults as training
from watchfloor.vendors.actions.contracts import save_contract, save_party
from watchfloor.vendors.domain.terms import Credit, Rate, Target, Terms
from watchfloor.workforce import actions as workforce

DAYS, EACH = 6, 4
TERMS = Terms(
    targets=(
        Target("sla_completed", "4.1", Decimal(95), (Credit(Decimal(0), Decimal(2)), Credit(Decimal(20), Decimal(5)))),
        Target("aht", "4.2", Decimal(60), (Credit(Decimal(0), Decimal(1)),)),
    ),
    rates=(Rate("reviewer", 1, Decimal("14.50")),), least_days=5, least=20,
)  # fmt: skip


def fortnight() -> tuple[User, datetime]:
    """Birch of Lisbon with one reviewer, Rui; returns them and the first day. Three of four cases were decided late."""
    shutil.rmtree(facts.folder(), ignore_errors=True)
    fact_lake.forget()
    install()
    morning = clock.now().replace(hour=9, minute=0, second=0, microsecond=0)
    first = morning - timedelta(days=DAYS)
    rui = member(REVIEWER | {"review.claim_case"}, "Rui Reis")
    with clock.at(first - timedelta(hours=3)), writing(system("test")) as w:
        training.install(w)
        workforce.save_vendor(w, key="inhouse", name="In-house", site="Dublin", time_zone="Europe/Dublin")
        workforce.save_vendor(w, key="birch", name="Birch", site="Lisbon", time_zone="Europe/Lisbon")
        workforce.save_vendor(w, key="cedar", name="Cedar", site="Warsaw", time_zone="Europe/Warsaw")
        workforce.save_reviewer(
            w,
            rui.pk,
            vendor_key="birch",
            languages=["en"],
            queues=["spam.en"],
            skills=["spam"],
            started_on=first.date(),
        )
        save_contract(w, "birch", TERMS, first.date(), note="As signed")
        save_party(w, "birch", addresses="lena@birch.example", country="PT")
    floor, actor = Floor(), actor_of(rui)
    for day in range(DAYS):
        _day(floor, actor, first + timedelta(days=day))
    sequencer.catch_up()
    while facts.export():
        pass
    fact_lake.forget()
    return rui, first


def _day(floor: Floor, actor: Actor, nine: datetime) -> None:
    early = nine - timedelta(days=2)
    for number in range(EACH):
        late = number > 0
        with clock.at(early if late else nine):
            case = floor.report()
        with clock.at(nine + timedelta(minutes=2 * number)):
            workforce.heartbeat(actor)
            lease = actions.claim_case(actor, case.pk)
        with clock.at(nine + timedelta(minutes=2 * number + 1)):
            found = msgspec.structs.replace(SPAM, active_ms=40_000 + 1_000 * number)
            actions.decide(actor, lease.job_id, lease.token, found)
    with clock.at(nine + timedelta(minutes=8)):
        workforce.heartbeat(actor, "away")
