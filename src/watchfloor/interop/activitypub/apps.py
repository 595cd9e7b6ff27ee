"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.interop.activitypub"
    label = "interop_activitypub"
