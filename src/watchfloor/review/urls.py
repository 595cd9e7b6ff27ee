"""Addresses of the review screens."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from watchfloor.review import routing_urls
from watchfloor.review.pages import cases, home, inquiries, macros, pieces, queue, seen, work

urlpatterns: list[URLPattern | URLResolver] = [
    path("review", home.home, name="review"),
    path("review/next", work.take, name="review-next"),
    path("review/work/<uuid:job_id>", work.work, name="review-work"),
    path("review/work/<uuid:job_id>/beat", work.beat, name="review-beat"),
    path("review/work/<uuid:job_id>/seen", seen.seen, name="review-seen"),
    path("review/work/<uuid:job_id>/revealed", seen.revealed, name="review-revealed"),
    path("review/work/<uuid:job_id>/effects", work.effects, name="review-effects"),
    path("review/work/<uuid:job_id>/thread", pieces.posts, name="review-thread"),
    path("review/work/<uuid:job_id>/translation", pieces.translation, name="review-translation"),
    path("review/ready", pieces.ready, name="review-ready"),
    path("review/macros", macros.macros, name="review-macros"),
    path("review/questions", inquiries.index, name="review-questions"),
    path("review/questions/<uuid:inquiry_id>", inquiries.answer, name="review-answer"),
    path("review/questions/<uuid:inquiry_id>/withdraw", inquiries.withdraw, name="review-withdraw"),
    path("cases/<str:case_id>/claim", inquiries.claim, name="case-claim"),
    path("review/queue/<str:key>", queue.queue, name="review-queue"),
    *routing_urls.urlpatterns,
    path("cases", cases.index, name="case-list"),
    path("cases/<str:case_id>", cases.detail, name="case-detail"),
    path("cases/<str:case_id>/proof/<uuid:decision_id>", cases.proof, name="case-proof"),
    path("", include("watchfloor.review.many_urls")),
    path("review/undo/<uuid:decision_id>", work.undo, name="review-undo"),
]
urlpatterns.append(path("", include("watchfloor.review.special_urls")))
if find_spec("watchfloor.review.appeal_urls") is not None:
    urlpatterns.append(path("", include("watchfloor.review.appeal_urls")))
