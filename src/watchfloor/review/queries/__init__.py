"""Readers of the floor. All of them see only what the actor may see; what one may not know of is a ``NotFound``."""

from watchfloor.review.queries.access import case, known_decisions, known_jobs, visible_cases, visible_jobs
from watchfloor.review.queries.clusters import cluster_of
from watchfloor.review.queries.desk import Today, Why, held, my_decisions, next_up, reviewer_today, why
from watchfloor.review.queries.edge import edge_cases, rulings
from watchfloor.review.queries.lists import cases, linked_cases, precedents, queue_jobs
from watchfloor.review.queries.live import Stream, live_streams
from watchfloor.review.queries.marks import marks
from watchfloor.review.queries.matching import why_me, why_nothing
from watchfloor.review.queries.pages import Page, page
from watchfloor.review.queries.queues import why_not_queue
from watchfloor.review.queries.related import Related, related
from watchfloor.review.queries.seen_media import seen_before
from watchfloor.review.queries.skips import SkipRate, skips
from watchfloor.review.queries.summary import QueueNow, queue_summary
from watchfloor.review.queries.timeline import Entry, case_timeline

__all__ = [
    "Entry",
    "Page",
    "QueueNow",
    "Related",
    "SkipRate",
    "Stream",
    "Today",
    "Why",
    "case",
    "case_timeline",
    "cases",
    "cluster_of",
    "edge_cases",
    "held",
    "known_decisions",
    "known_jobs",
    "linked_cases",
    "live_streams",
    "marks",
    "my_decisions",
    "next_up",
    "page",
    "precedents",
    "queue_jobs",
    "queue_summary",
    "related",
    "reviewer_today",
    "rulings",
    "seen_before",
    "skips",
    "visible_cases",
    "visible_jobs",
    "why",
    "why_me",
    "why_not_queue",
    "why_nothing",
]
