"""The shipped floor with two people who take turns, and a matrix that pages for what is severe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from tests.support.floor import Floor


@pytest.fixture
def floor(db: Any) -> Floor:
    """Policies, queues, routing and actions as shipped."""
    from tests.support.floor import Floor, install

    from watchfloor.enforcement import queries as enforcement
    from watchfloor.policy import queries as policies

    for part in (enforcement, policies):
        part.forget()
    install()
    return Floor()


@pytest.fixture
def people(db: Any) -> tuple[Any, Any]:
    """Lena and Omar of the leads."""
    from tests.support.floor import LEAD
    from tests.support.people import member

    may = LEAD | {"oncall.view", "oncall.answer", "oncall.page", "incident.manage"}
    return member(may, "Lena Lead"), member(may, "Omar Other")


def plan(first: UUID, second: UUID, *, wait: int = 5, severity: int = 1) -> None:
    """``first`` is on by the schedule ``leads``; five minutes later ``second`` is called too; all of it twice."""
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.oncall import actions

    with writing(system("test")) as w:
        layer = {"name": "primary", "people": [str(first)], "begins": "2026-01-05T09:00:00"}
        actions.save_schedule(w, key="leads", name="Leads", zone="Europe/Dublin", layers=[layer])
        steps = [{"targets": ["schedule:leads"], "wait": wait}, {"targets": [f"user:{second}"], "wait": wait}]
        actions.save_policy(w, key="severe", name="Severe", steps=steps, repeat=1)
        actions.save_matrix(w, [{"escalation_policy": "severe", "min_severity": severity}])
