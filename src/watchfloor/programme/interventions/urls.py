"""Addresses of interventions."""

from __future__ import annotations

from django.urls import path

from watchfloor.programme.interventions.pages import log, one

urlpatterns = [
    path("programme/interventions", log.index, name="programme-interventions"),
    path("programme/interventions/new", one.new, name="programme-intervention-new"),
    path("programme/interventions/<uuid:intervention_id>", one.one, name="programme-intervention"),
    path("programme/turned", log.turned, name="programme-turned"),
]
