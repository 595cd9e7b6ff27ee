"""Addresses of the screens of on-call."""

from __future__ import annotations

from django.urls import path

from watchfloor.oncall.pages import board, incidents, load, outside, paged, setup, swapping

urlpatterns = [
    path("oncall", board.index, name="oncall"),
    path("oncall/load", load.index, name="oncall-load"),
    path("oncall/hours.csv", load.hours, name="oncall-hours"),
    path("oncall/schedules/<slug:key>", board.calendar, name="oncall-schedule"),
    path(
        "oncall/schedules/<slug:key>/overrides/<uuid:override_id>/remove",
        board.remove_override,
        name="oncall-override-remove",
    ),
    path("oncall/swaps/<uuid:swap_id>", swapping.answer, name="oncall-swap"),
    path("oncall/feed/renew", swapping.renew, name="oncall-feed-renew"),
    path("oncall/feed/<str:token>.ics", board.feed, name="oncall-feed"),
    path("oncall/setup", setup.index, name="oncall-setup"),
    path("oncall/setup/schedule", setup.schedule, name="oncall-schedule-edit"),
    path("oncall/setup/policy", setup.policy, name="oncall-policy-edit"),
    path("oncall/setup/outside", outside.setup, name="oncall-outside"),
    path("oncall/answer/<str:token>", outside.answer, name="oncall-answer"),
    path("v2/enqueue", outside.enqueue, name="oncall-enqueue"),
    path("oncall/setup/matrix", setup.matrix, name="oncall-matrix"),
    path("oncall/contacts", setup.contacts, name="oncall-contacts"),
    path("oncall/pages", paged.index, name="oncall-pages"),
    path("oncall/pages/new", paged.new, name="oncall-page-new"),
    path("oncall/pages/<str:page_id>", paged.one, name="oncall-page"),
    path("oncall/incidents", incidents.index, name="incidents"),
    path("oncall/incidents/new", incidents.new, name="incident-new"),
    path("oncall/incidents/<str:incident_id>.md", incidents.markdown, name="incident-markdown"),
    path("oncall/incidents/<str:incident_id>", incidents.one, name="incident"),
]
