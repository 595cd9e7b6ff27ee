"""Writes the beginning of a night into a running installation: Ada is on call, a live stream is reported, a reviewer hands it up.
A program: ``python -m tests.e2e.journeys.night`` with ``WATCHFLOOR_HOME`` set.

Everything goes through the floor's public functions; the page itself is made, sent and answered by the running program.
"""

from __future__ import annotations

from typing import Any

from tests.e2e.journeys.people import email

TITLE = "Tonight at the station, watch me"


def write() -> None:
    """The schedule, the matrix, the stream, the report, and a reviewer who hands it up."""
    from watchfloor.identity.domain import system
    from watchfloor.identity.models import User
    from watchfloor.ledger.writer import writing
    from watchfloor.oncall import actions as oncall

    ada = User.objects.get(email=email("ada"))
    with writing(system("first-run")) as w:
        layer = {"name": "primary", "people": [str(ada.pk)], "begins": "2026-01-05T09:00:00"}
        oncall.save_schedule(w, key="leads", name="Escalation leads", zone="Europe/Madrid", layers=[layer])
        oncall.save_policy(w, key="severe", name="Severe", steps=[{"targets": ["schedule:leads"], "wait": 5}], repeat=3)
        oncall.save_matrix(w, [{"escalation_policy": "severe", "min_severity": 4}])
    hand_up(reviewer())


def reviewer() -> Any:
    """Someone who works the live queue."""
    from watchfloor.identity import actions as identity
    from watchfloor.identity.domain import system
    from watchfloor.identity.queries import actor_for
    from watchfloor.ledger.writer import writing
    from watchfloor.workforce import actions as workforce

    by = system("first-run")
    with writing(by) as w:
        user = identity.create_user(w, email="noor@example.org", name="Noor Haddad", password=None)
        identity.grant(w, by, user, "reviewer", queues=["live"])
        workforce.save_reviewer(w, user.pk, vendor_key="inhouse", languages=["en"], queues=["live"])
    return actor_for(user)


def hand_up(actor: Any) -> None:
    """A stream that goes on is reported; whoever takes it hands it up."""
    from watchfloor.identity.domain import system
    from watchfloor.items import actions as items
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.kernel import clock
    from watchfloor.kernel.ids import new_id
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions as review
    from watchfloor.review.contracts import ReportIn

    now = clock.now()
    data = {"title": TITLE, "live": True, "viewers": 4_200, "author_id": "caster"}
    with writing(system("intake")) as w:
        item, version = items.see(
            w, ItemSeen(type="live_stream", id="s1", data=data, seen_at=now, market="US", language="en")
        )
        review.receive_report(
            w,
            ReportIn(
                id=new_id(), item=item.pk, item_version=version, source="chirp", channel="user", reporter_kind="user",
                reason_key="threat", received_at=now, reporter="someone", market="US", language="en",
            ),
        )  # fmt: skip
    lease = review.claim(actor, queue="live")
    assert lease is not None
    review.escalate(actor, lease.job_id, lease.token, "He says what he will do, and where", active_ms=20_000)


if __name__ == "__main__":
    from watchfloor.console import prepare

    prepare.django()
    write()
