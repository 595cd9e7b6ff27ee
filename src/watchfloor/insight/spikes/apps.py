"""Django's entry to this part of insight."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.insight.spikes"
    label = "insight_spikes"
