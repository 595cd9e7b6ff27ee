"""Addresses of knowledge."""

from __future__ import annotations

from django.urls import path

from watchfloor.knowledge import pages

urlpatterns = [
    path("knowledge", pages.index, name="knowledge"),
    path("knowledge/new", pages.new, name="article-new"),
    path("knowledge/<uuid:article_id>", pages.one, name="article"),
]
