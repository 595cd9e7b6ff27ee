"""Addresses of the screens of well-being, of certificates, and of people as a file."""

from __future__ import annotations

from django.urls import path

from watchfloor.workforce.pages import budgets, certificates, mine, pause, people_files, team

urlpatterns = [
    path("settings/people/file", people_files.index, name="people-files"),
    path("settings/people/file/<uuid:file_id>", people_files.one, name="people-file"),
    path("workforce/certificates", certificates.index, name="certificates"),
    path("wellbeing", mine.mine, name="wellbeing"),
    path("wellbeing/filters", mine.filters, name="wellbeing-filters"),
    path("wellbeing/pause", pause.pause, name="wellbeing-pause"),
    path("wellbeing/break", pause.take, name="wellbeing-break"),
    path("wellbeing/back", pause.back, name="wellbeing-back"),
    path("wellbeing/evidence", pause.evidence, name="wellbeing-evidence"),
    path("wellbeing/team", team.team, name="wellbeing-team"),
    path("wellbeing/budgets", budgets.index, name="wellbeing-budgets"),
]
