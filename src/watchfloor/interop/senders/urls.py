"""Addresses of the page. Those that systems send to stand with their protocols."""

from django.urls import path

from watchfloor.interop.senders import pages

urlpatterns = [
    path("settings/senders", pages.index, name="interop-senders"),
    path("settings/senders/<uuid:sender_id>/turn", pages.turn, name="interop-sender-turn"),
    path("settings/senders/<uuid:sender_id>/secret", pages.secret, name="interop-sender-secret"),
]
