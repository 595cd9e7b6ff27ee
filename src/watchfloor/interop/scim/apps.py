"""Django's entry to this door."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.interop.scim"
    label = "interop_scim"
