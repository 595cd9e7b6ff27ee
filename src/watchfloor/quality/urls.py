"""Addresses of the quality pages."""

from __future__ import annotations

from django.urls import path

from watchfloor.quality.pages import figures, looks, mine, plan

urlpatterns = [
    path("quality", figures.overview, name="quality"),
    path("quality/looks", looks.listed, name="quality-looks"),
    path("quality/looks/<uuid:look_id>", looks.look, name="quality-look"),
    path("quality/looks/<uuid:look_id>/correct", looks.correct, name="quality-correct"),
    path("quality/looks/<uuid:look_id>/plant", looks.plant, name="quality-plant"),
    path("quality/people", mine.people, name="quality-people"),
    path("quality/mine", mine.results, name="quality-mine"),
    path("quality/plan", plan.plan, name="quality-plan"),
]
