"""Addresses of staffing."""

from __future__ import annotations

from django.urls import path

from watchfloor.staffing.pages import day, mine, overview, roster, whatif

urlpatterns = [
    path("staffing", overview.overview, name="staffing"),
    path("staffing/what-if/new", whatif.new, name="staffing-whatif-new"),
    path("staffing/what-if/<uuid:whatif_id>", whatif.one, name="staffing-whatif"),
    path("staffing/what-if/<uuid:whatif_id>/progress", whatif.progress, name="staffing-whatif-progress"),
    path("staffing/roster", roster.roster, name="staffing-roster"),
    path("staffing/roster/<uuid:roster_id>/cell", roster.cell, name="staffing-cell"),
    path("staffing/day", day.the_day, name="staffing-day"),
    path("staffing/mine", mine.mine, name="staffing-mine"),
    path("staffing/feed/<str:token>.ics", mine.feed, name="staffing-feed"),
    path("staffing/compare", whatif.compare, name="staffing-compare"),
]
