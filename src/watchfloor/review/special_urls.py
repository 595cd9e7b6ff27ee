"""Addresses of the special floors: live streams, protected accounts, releases of restricted evidence."""

from __future__ import annotations

from django.urls import path

from watchfloor.review.pages import live, parity, protected, release

urlpatterns = [
    path("review/live", live.index, name="review-live"),
    path("protected", protected.index, name="protected"),
    path("protected/parity", parity.index, name="protected-parity"),
    path("protected/<uuid:entry_id>", protected.entry, name="protected-entry"),
    path("cases/<str:case_id>/release", release.index, name="case-release"),
    path("cases/<str:case_id>/release/<uuid:release_id>/file", release.take_out, name="case-release-file"),
]
