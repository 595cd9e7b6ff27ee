"""Addresses of the pages of the shell itself; included by ``urls.py``."""

from __future__ import annotations

from django.urls import path

from watchfloor.console import views, welcome

urlpatterns = [
    path("", views.home, name="home"),
    path("welcome", welcome.welcome, name="welcome"),
    path("welcome/next", welcome.what_next, name="welcome-next"),
    path("console/palette.json", views.palette_json, name="console-palette"),
    path("console/gallery", views.gallery, name="console-gallery"),
]
