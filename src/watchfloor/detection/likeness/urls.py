"""Addresses of protected names and identity checks."""

from __future__ import annotations

from django.urls import path

from watchfloor.detection.likeness.pages import identity, names, person

urlpatterns = [
    path("protected-names", names.index, name="protected-names"),
    path("protected-names/new", names.new, name="protected-name-new"),
    path("protected-names/<uuid:name_id>", names.one, name="protected-name"),
    path("protected-names/<uuid:name_id>/edit", names.edit, name="protected-name-edit"),
    path("identity", identity.index, name="identity-checks"),
    path("identity/<uuid:check_id>", identity.check, name="identity-check"),
    path("identity/with/<str:token>", person.person, name="identity-person"),
]
