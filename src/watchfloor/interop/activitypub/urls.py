"""Addresses of our actor."""

from django.urls import path

from watchfloor.interop.activitypub import views

urlpatterns = [
    path("ap/actor", views.actor, name="activitypub-actor"),
    path("ap/inbox", views.inbox, name="activitypub-inbox"),
    path("ap/outbox", views.outbox, name="activitypub-outbox"),
    path(".well-known/webfinger", views.webfinger, name="activitypub-webfinger"),
]
