"""``access.rows`` and ``Actor.may`` are one question: for any grants, the database gives exactly the rows that may says yes to."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchfloor.identity import access
from watchfloor.identity.actions import create_user
from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.identity.models import Grant, Role, User
from watchfloor.identity.queries import actor_for
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

QUEUES, MARKETS, VENDORS, CLEARANCES = ("spam", "hate"), ("", "DE", "ES"), ("inhouse", "b"), ("child_safety", "terror")
PERMISSIONS = ("case.view", "review.work", "insight.view")
ASKED = ("queue", "market", "vendor", "severity", "clearance")


with isolate_apps("watchfloor.identity"):  # in a registry of its own: tests that go through all models never meet it

    class Thing(models.Model):
        """A row with every attribute a permission can be limited by; ``None``: it has no such attribute."""

        queue = models.CharField(max_length=20, null=True)
        market = models.CharField(max_length=20, null=True)
        vendor = models.CharField(max_length=20, null=True)
        severity = models.SmallIntegerField()
        clearance = models.CharField(max_length=20)

        class Meta:
            app_label = "identity"
            managed = False
            db_table = "test_thing"


@pytest.fixture
def things(db: None) -> dict[int, Thing]:
    """One row for every combination, in a table that lives as long as the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE test_thing (id bigserial PRIMARY KEY, queue text, market text, vendor text, "
            "severity smallint NOT NULL, clearance text NOT NULL) ON COMMIT DROP"
        )
    combinations = product((None, *QUEUES), (None, *MARKETS), (None, *VENDORS), range(1, 6), ("", *CLEARANCES))
    made = [Thing(queue=q, market=m, vendor=v, severity=s, clearance=c) for q, m, v, s, c in combinations]
    return {thing.pk: thing for thing in Thing.objects.bulk_create(made)}


def some(values: tuple[str, ...]) -> st.SearchStrategy[list[str] | None]:
    """No limit, or a list, which may be empty (nothing at all)."""
    return st.none() | st.lists(st.sampled_from(values), unique=True)


grants = st.fixed_dictionaries(
    {
        "permissions": st.lists(st.sampled_from(PERMISSIONS), unique=True),
        "queues": some(QUEUES),
        "markets": some(MARKETS),
        "vendors": some(VENDORS),
        "max_severity": st.integers(1, 5),
        "clearances": st.lists(st.sampled_from(CLEARANCES), unique=True),
        "state": st.sampled_from(["live", "live", "live", "expired", "revoked", "ends later"]),
    }
)


def stored(user: User, wanted: list[dict[str, Any]]) -> Actor:
    """The actor as read back from stored roles and grants."""
    with writing(system("test")) as w:
        for number, one in enumerate(wanted):
            now = clock.now()
            role = w.create(Role, key=f"r{number}", name="r", permissions=one["permissions"])
            row = w.create(
                Grant,
                user_id=user.pk,
                role_key=role.key,
                expires_at={"expired": now, "ends later": now + timedelta(hours=1)}.get(one["state"]),
                revoked_at=now if one["state"] == "revoked" else None,
                **{name: one[name] for name in ("queues", "markets", "vendors", "max_severity", "clearances")},
            )
            w.event(_saved(), row)
    return actor_for(user)


def _saved() -> Any:
    from watchfloor.identity.events import GrantGiven

    return GrantGiven(role="r")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=st.lists(grants, max_size=4), permission=st.sampled_from(PERMISSIONS), asked=st.sets(st.sampled_from(ASKED))
)
def test_the_filter_gives_the_rows_that_may_allows(
    things: dict[int, Thing], wanted: list[dict[str, Any]], permission: str, asked: set[str]
) -> None:
    with transaction.atomic():
        with writing(system("test")) as w:
            user = create_user(w, email="someone@example.org", name="Someone", password=None)
        actor = stored(user, wanted)
        found = set(
            Thing.objects.filter(access.rows(actor, permission, **{name: name for name in asked})).values_list(
                "pk", flat=True
            )
        )
        transaction.set_rollback(True)
    expected = {
        pk for pk, thing in things.items() if actor.may(permission, **{name: getattr(thing, name) for name in asked})
    }
    assert found == expected


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """Any scope, without an end."""

    def limit(values: tuple[str, ...]) -> frozenset[str] | None:
        chosen = draw(some(values))
        return None if chosen is None else frozenset(chosen)

    return Scope(
        role="r",
        permissions=frozenset(draw(st.lists(st.sampled_from(PERMISSIONS)))),
        queues=limit(QUEUES),
        markets=limit(MARKETS),
        vendors=limit(VENDORS),
        max_severity=draw(st.integers(1, 5)),
        clearances=frozenset(draw(st.lists(st.sampled_from(CLEARANCES)))),
    )


PLACES = [
    dict(zip(ASKED, values, strict=True))
    for values in product((None, *QUEUES), (None, *MARKETS), (None, *VENDORS), range(1, 6), ("", *CLEARANCES))
]


@given(mine=st.lists(scopes(), max_size=3), wanted=scopes())
@settings(max_examples=150, deadline=None)
def test_what_is_not_beyond_someone_opens_nothing_new(mine: list[Scope], wanted: Scope) -> None:
    """A grant that ``beyond`` lets pass must not allow anything, anywhere, that its giver may not do."""
    giver = Actor(kind="user", id="giver", scopes=tuple(mine))
    taker = Actor(kind="user", id="taker", scopes=(wanted,))
    if giver.beyond(wanted) is None:
        for permission in PERMISSIONS:
            for place in PLACES:
                assert not taker.may(permission, **place) or giver.may(permission, **place)  # type: ignore[arg-type]
