"""A newer version's permissions reach the shipped roles that nobody changed, once, and no others."""

from __future__ import annotations

import pytest

from watchfloor.cli.init import said
from watchfloor.identity import actions, defaults
from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.identity.models import Role
from watchfloor.identity.upgrading import bring_up
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db
PERSON = Actor(
    kind="user", id="7", scopes=(Scope(role="r", permissions=frozenset(defaults.ROLES["administrator"][2])),)
)


def older(*keys: str) -> None:
    """As a version installed them that did not know ``review.cluster``; two roles did not exist."""
    with writing(system("init")) as w:
        for key, (name, description, permissions) in defaults.ROLES.items():
            known = [each for each in permissions if each != "review.cluster" or key not in keys]
            if key not in ("legal", "transparency"):
                actions.save_role(w, key=key, name=name, description=description, permissions=known)


def test_unchanged_roles_get_what_came_since_and_changed_ones_are_named() -> None:
    older("senior_reviewer", "escalation_lead")
    lead = Role.objects.get(key="escalation_lead")
    with writing(PERSON) as w:
        kept = [each for each in lead.permissions if each != "case.bulk"]
        actions.save_role(w, key=lead.key, name=lead.name, permissions=kept, by=PERSON)
    with writing(system("upgrade")) as w:
        done = bring_up(w)
    assert done.made == ("legal", "transparency")
    assert done.given == {"senior_reviewer": ("review.cluster",)}
    assert done.left == {"escalation_lead": ("case.bulk", "review.cluster")}
    assert "review.cluster" in Role.objects.get(key="senior_reviewer").permissions
    assert Role.objects.get(key="escalation_lead").permissions == sorted(kept)
    assert said(done)[-1].startswith("Role escalation_lead was changed here and is left alone.")
    with writing(system("upgrade")) as w:
        again = bring_up(w)
    assert (again.made, again.given) == ((), {})
