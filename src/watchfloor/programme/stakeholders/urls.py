"""Addresses of stakeholders."""

from __future__ import annotations

from django.urls import path

from watchfloor.programme.stakeholders.pages import objectives, people, updates, yours

urlpatterns = [
    path("programme/stakeholders", people.index, name="programme-stakeholders"),
    path("programme/stakeholders/<uuid:stakeholder_id>", people.one, name="programme-stakeholder"),
    path("programme/updates", updates.index, name="programme-updates"),
    path("programme/yours", yours.index, name="programme-yours"),
    path("programme/objectives", objectives.index, name="programme-objectives"),
]
