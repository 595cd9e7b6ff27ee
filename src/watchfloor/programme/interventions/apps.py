"""Django's entry to this part of programme."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.programme.interventions"
    label = "programme_interventions"
