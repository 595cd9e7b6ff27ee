"""Django's entry to this part of insight."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.insight.trends"
    label = "insight_trends"
