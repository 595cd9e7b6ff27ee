"""The console's addresses and the appeal page's, for tests that must not depend on who includes it."""

from __future__ import annotations

from django.urls import include, path

from watchfloor.console.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [path("", include("watchfloor.review.appeal_urls")), *urlpatterns]
