"""The shipped floor with the shipped clock table in force, and somebody on call for what is severe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.floor import Floor

LAWYER = frozenset({"law.view", "law.manage", "law.requests", "law.approve", "law.confidential"})


def table() -> None:
    """The shipped clock table, in force."""
    from watchfloor.identity.domain import system
    from watchfloor.law import defaults, documents, flaggers, sources
    from watchfloor.ledger.writer import writing

    for part in (documents.table, flaggers.register, sources.any_running):
        part.forget()
    with writing(system("test")) as w:
        defaults.install(w)


@pytest.fixture
def floor(db: Any) -> Floor:
    """Policies, queues, routing and actions as shipped, and the law."""
    from tests.support.floor import Floor, install

    from watchfloor.enforcement import queries as enforcement
    from watchfloor.policy import queries as policies

    for part in (enforcement, policies):
        part.forget()
    install()
    table()
    return Floor()


@pytest.fixture
def on_call(floor: Floor) -> Any:
    """Somebody who is paged for everything of severity 2 and more."""
    from tests.support.people import member

    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.oncall import actions

    person = member({"oncall.view", "oncall.answer"}, "Lena Lead")
    with writing(system("test")) as w:
        steps = [{"targets": [f"user:{person.pk}"], "wait": 5}]
        actions.save_policy(w, key="severe", name="Severe", steps=steps, repeat=1)
        actions.save_matrix(w, [{"escalation_policy": "severe", "min_severity": 2}])
    return person
