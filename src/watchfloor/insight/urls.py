"""Addresses of the floor and of insight."""

from __future__ import annotations

from django.urls import path

from watchfloor.insight import pages

urlpatterns = [
    path("floor", pages.floor, name="floor"),
    path("floor/now", pages.floor_now, name="floor-now"),
    path("floor/live", pages.live, name="live"),
    path("insight", pages.kpis, name="insight-kpis"),
    path("insight", pages.kpis, name="insight"),
    path("insight/metric/<slug:name>", pages.metric, name="insight-metric"),
    path("insight/rows/<slug:name>", pages.rows, name="insight-rows"),
]
