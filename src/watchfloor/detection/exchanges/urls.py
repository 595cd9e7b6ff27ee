"""Addresses of the pages of exchanges and of files in and out; the door for HMA's clients below ``/hma/``."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("hma/", include("watchfloor.detection.exchanges.hma.urls")),
]
