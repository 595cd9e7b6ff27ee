"""Addresses of facts."""

from __future__ import annotations

from django.urls import path

from watchfloor.programme.facts.pages import showing

urlpatterns = [
    path("programme/facts", showing.index, name="programme-facts"),
    path("programme/facts/<str:fact_id>", showing.one, name="programme-fact"),
]
