"""The reviewer's desk: what waits for me, how my day went, what I hold and what I can still take back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.ledger.models import Event
from watchfloor.platform.render import render
from watchfloor.review import bench, bench_offers, queries
from watchfloor.review.actions.people import person
from watchfloor.review.domain import clocks
from watchfloor.review.models import Decision, Job
from watchfloor.review.pages.in_hand import WORK, address
from watchfloor.review.pages.routing_parts import VIEW
from watchfloor.review.queries import inquiries

OFFER = timedelta(seconds=30)


@require_safe
@guard.page(*WORK, "case.view")
def home(request: HttpRequest) -> HttpResponse:
    """``/review``."""
    actor = actor_of(request)
    works = any(actor.has(name) for name in WORK)
    held = queries.held(actor) if works else None
    job = Job.objects.select_related("case").get(pk=held.job_id) if held else None
    now = clock.now()
    recent = queries.my_decisions(actor, limit=10)
    own = set(person(actor).queues) if works else set()
    done = bench.just_decided(actor, request.GET.get("done", ""), OFFER)
    rows = [row for row in queries.queue_summary(actor) if not own or row.key in own]
    return render(
        request,
        "review/home.html",
        {
            "answered": [row for row in inquiries.asked_by(actor) if row.state == "answered"][:5] if works else [],
            "to_answer": len(inquiries.waiting(actor)) if actor.has(inquiries.ANSWER) else 0,
            "queues": sorted(rows, key=lambda row: (row.open == 0, row.paused)),
            "works": works,
            "may_see_routing": any(actor.has(name) for name in VIEW),
            "held": job,
            "held_url": address(held.job_id) if held else "",
            "today": queries.reviewer_today(actor),
            "skips": _skips(str(actor), now),
            "aas_ms": bench.aas_ms(actor),
            "exposure_ms": bench.exposure_ms(actor),
            "recent": [(row, _can_undo(row, now)) for row in recent],
            "done": done,
            "offers": bench_offers.offers(actor, done),
            "undo_seconds": int(OFFER.total_seconds()),
            "skills": person(actor).skills if works else (),
        },
    )


def _can_undo(row: Decision, now: datetime) -> bool:
    """Whether this decision of one's own can still be taken back (the action decides; this only hides a dead button)."""
    return (
        row.superseded_at is None
        and row.origin == "human"
        and now - row.at <= clocks.UNDO_WINDOW
        and row.case.last_decision_id == row.pk
    )


def _skips(actor: str, now: datetime) -> int:
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Event.objects.filter(type="job.released", at__gte=start, actor=actor, data__why="skipped").count()
