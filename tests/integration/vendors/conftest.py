"""A vendor with a contract, people on both sides, and another vendor that must stay unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.test import Client

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class House(NamedTuple):
    """Browsers: the manager of both vendors, one of Birch only, Birch's lead, a reviewer of Birch, one of the house."""

    manager: Client
    birch_manager: Client
    lead: Client
    reviewer: Client
    own: Client


@pytest.fixture
def house(db: Any) -> Iterator[House]:
    from tests.support.floor import REVIEWER, install
    from tests.support.people import member, signed_in

    from watchfloor.identity.domain import system
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing
    from watchfloor.vendors.actions.contracts import save_contract, save_party
    from watchfloor.vendors.domain.terms import Credit, Rate, Target, Terms
    from watchfloor.workforce import actions as workforce

    manages = {"vendor.view", "vendor.manage", "knowledge.edit", "policy.view", "training.view", "insight.view"}
    terms = Terms(
        targets=(Target("sla_completed", "4.1", Decimal(95), (Credit(Decimal(0), Decimal(2)),)),),
        rates=(Rate("reviewer", 2, Decimal("14.50")),), least=20,
    )  # fmt: skip
    install()
    with clock.at(MONDAY):
        manager, birch_manager = member(manages, "Vania"), member(manages, "Bo", vendors=["birch"])
        lead = member({"vendor.work", "policy.view"}, "Lena", vendors=["birch"])
        reviewer, own = member(REVIEWER, "Rui"), member(REVIEWER, "Ina")
        with writing(system("test")) as w:
            workforce.save_vendor(w, key="inhouse", name="In-house", site="Dublin", time_zone="Europe/Dublin")
            for key, site in (("alder", "Manila"), ("birch", "Lisbon")):
                workforce.save_vendor(w, key=key, name=key.title(), site=site, time_zone="Europe/Lisbon")
            workforce.save_reviewer(w, reviewer.pk, vendor_key="birch", languages=["en"])
            workforce.save_reviewer(w, own.pk, vendor_key="inhouse", languages=["en"])
            save_contract(w, "birch", terms, date(2026, 10, 1))
            save_party(w, "birch", addresses="lena@birch.example, ops@birch.example", country="PT")
        yield House(*(signed_in(user) for user in (manager, birch_manager, lead, reviewer, own)))
