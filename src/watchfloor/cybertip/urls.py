"""Addresses of the pages of NCMEC reports."""

from __future__ import annotations

from django.urls import path

from watchfloor.cybertip.pages import settings, tips

urlpatterns = [
    path("cybertip", tips.index, name="cybertip"),
    path("cybertip/settings", settings.index, name="cybertip-settings"),
    path("cybertip/<uuid:tip_id>", tips.tip, name="cybertip-tip"),
    path("cybertip/<uuid:tip_id>/release", tips.release, name="cybertip-release"),
    path("cybertip/<uuid:tip_id>/life", tips.life, name="cybertip-life"),
]
