"""Addresses of restrictions."""

from __future__ import annotations

from django.urls import path

from watchfloor.detection.reputation.pages import edit, index, one

urlpatterns = [
    path("restrictions", index.index, name="restrictions"),
    path("restrictions/new", edit.new, name="restriction-new"),
    path("restrictions/<slug:key>", one.restriction, name="restriction"),
    path("restrictions/<slug:key>/edit", edit.edit, name="restriction-edit"),
]
