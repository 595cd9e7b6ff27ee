"""Addresses of launches."""

from __future__ import annotations

from django.urls import path

from watchfloor.programme.launches.pages import edit, gate, launch, listing

urlpatterns = [
    path("programme/launches", listing.index, name="launches"),
    path("programme/launches/new", edit.new, name="launch-new"),
    path("programme/launches/<int:number>", launch.one, name="launch"),
    path("programme/launches/<int:number>/edit", edit.edit, name="launch-edit"),
    path("programme/launches/<int:number>/gates", launch.gates, name="launch-gates"),
    path("programme/launches/<int:number>/gates/<slug:key>", gate.one, name="launch-gate"),
]
