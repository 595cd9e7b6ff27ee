"""The address of an incident's crisis mode."""

from __future__ import annotations

from django.urls import path

from watchfloor.crisis import pages

urlpatterns = [path("oncall/incidents/<str:incident_id>/crisis", pages.crisis, name="crisis")]
