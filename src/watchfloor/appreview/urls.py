"""Addresses of the review of apps."""

from __future__ import annotations

from django.urls import path

from watchfloor.appreview.pages import apps, developer, queue, review, scopes

urlpatterns = [
    path("apps", queue.queue, name="appreview"),
    path("apps/all", apps.app_list, name="app-list"),
    path("apps/scopes", scopes.scopes_page, name="app-scopes"),
    path("apps/of/<uuid:app_id>", apps.app_page, name="app-page"),
    path("apps/applications/<uuid:application_id>", review.application, name="application"),
    path("developer/<str:token>", developer.developer_page, name="developer-page"),
]
