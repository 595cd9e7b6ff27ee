"""Addresses of watched streams."""

from __future__ import annotations

from django.urls import path

from watchfloor.detection.streams.pages import listing, strip

urlpatterns = [
    path("streams", listing.index, name="streams"),
    path("streams/<uuid:watch_id>/strip/<uuid:case_id>", strip.strip, name="stream-strip"),
]
