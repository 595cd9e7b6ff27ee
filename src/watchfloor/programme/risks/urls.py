"""Addresses of risks, indicators, horizon, calendar and practices."""

from __future__ import annotations

from django.urls import path

from watchfloor.programme.risks.pages import coming, one, practices, register, watched

urlpatterns = [
    path("programme/risks", register.index, name="programme-risks"),
    path("programme/risks/new", register.new, name="programme-risk-new"),
    path("programme/risks/<uuid:risk_id>", one.one, name="programme-risk"),
    path("programme/risks/<uuid:risk_id>/edit", one.edit, name="programme-risk-edit"),
    path("programme/indicators", watched.index, name="programme-indicators"),
    path("programme/horizon", coming.horizon, name="programme-horizon"),
    path("programme/calendar", coming.calendar, name="programme-calendar"),
    path("programme/feed/<str:token>.ics", coming.calendar_feed, name="programme-calendar-feed"),
    path("programme/practices", practices.index, name="programme-practices"),
]
