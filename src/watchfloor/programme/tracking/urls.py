"""Addresses of tracking."""

from __future__ import annotations

from django.urls import path

from watchfloor.programme.tracking.pages import action, board, home, initiative, timeline, work

urlpatterns = [
    path("programme", home.index, name="programme"),
    path("programme/board", board.page, name="programme-board"),
    path("programme/timeline", timeline.page, name="programme-timeline"),
    path("programme/work", work.index, name="programme-work"),
    path("programme/actions/new", work.new, name="programme-action-new"),
    path("programme/actions/<uuid:action_id>", action.one, name="programme-action"),
    path("programme/actions/<uuid:action_id>/move", board.move, name="programme-action-move"),
    path("programme/initiatives/new", initiative.new, name="programme-initiative-new"),
    path("programme/initiatives/<uuid:initiative_id>", initiative.one, name="programme-initiative"),
]
