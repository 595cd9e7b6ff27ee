"""Addresses of reviews."""

from __future__ import annotations

from django.urls import path

from watchfloor.programme.reviews.pages import editing, lists, reading, schedules

urlpatterns = [
    path("programme/reviews", lists.index, name="programme-reviews"),
    path("programme/reviews/new", lists.new, name="programme-review-new"),
    path("programme/reviews/schedules", schedules.index, name="programme-review-schedules"),
    path("programme/reviews/<str:review_id>", reading.one, name="programme-review"),
    path("programme/reviews/<str:review_id>/export", reading.export, name="programme-review-export"),
    path("programme/reviews/<str:review_id>/versions", reading.versions, name="programme-review-versions"),
    path("programme/reviews/<str:review_id>/edit", editing.edit, name="programme-review-edit"),
    path("programme/reviews/<str:review_id>/step", editing.step, name="programme-review-step"),
]
