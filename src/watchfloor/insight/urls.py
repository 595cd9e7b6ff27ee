"""Addresses of the floor and of insight."""

from __future__ import annotations

from django.urls import path

from watchfloor.insight import pages, pages_ahead
from watchfloor.insight.floor_pages import acting, due_times, floor, notes, plan, surges
from watchfloor.insight.own_metrics import pages as catalogue

urlpatterns = [
    path("floor", floor.floor, name="floor"),
    path("floor/now", floor.floor_now, name="floor-now"),
    path("floor/live", pages.live, name="live"),
    path("floor/act", acting.act, name="floor-act"),
    path("floor/surges", surges.index, name="surges"),
    path("floor/surges/<slug:key>", surges.one, name="surge"),
    path("floor/due-times", due_times.index, name="service-plan"),
    path("floor/plan", plan.index, name="solve-plan"),
    path("floor/handover", notes.index, name="handover"),
    path("floor/handover/<uuid:note_id>", notes.one, name="handover-note"),
    path("insight", pages.kpis, name="insight-kpis"),
    path("insight", pages.kpis, name="insight"),
    path("insight/catalogue", catalogue.index, name="insight-catalogue"),
    path("insight/catalogue/new", catalogue.new, name="insight-metric-new"),
    path("insight/catalogue/dimensions/new", catalogue.dimension, name="insight-dimension-new"),
    path("insight/catalogue/dimensions/<slug:key>", catalogue.dimension, name="insight-dimension-edit"),
    path("insight/catalogue/<slug:key>", catalogue.edit, name="insight-metric-edit"),
    path("insight/catalogue/<slug:key>/archive", catalogue.archive, name="insight-metric-archive"),
    path("insight/metric/<slug:name>", pages.metric, name="insight-metric"),
    path("insight/ahead/<slug:name>", pages_ahead.metric_ahead, name="insight-ahead"),
    path("insight/rows/<slug:name>", pages.rows, name="insight-rows"),
]
