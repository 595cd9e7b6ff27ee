"""Addresses of intake's pages. (The hot paths are in ``asgi``, the quarantine's API in ``api``.)"""

from __future__ import annotations

from django.urls import path

from watchfloor.intake import pages

urlpatterns = [
    path("settings/quarantine", pages.index, name="quarantine"),
    path("settings/quarantine/replay", pages.replay, name="quarantine-replay-all"),
    path("settings/quarantine/<str:receipt>/replay", pages.replay, name="quarantine-replay"),
    path("settings/quarantine/<str:receipt>/discard", pages.discard, name="quarantine-discard"),
]
