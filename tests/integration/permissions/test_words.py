"""Every word a page says comes through gettext: read in a language that brackets each message, nothing but data stands outside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from tests.integration.permissions import crawl
from tests.integration.permissions.people import World
from tests.support import pseudo

from watchfloor.identity.domain import PERMISSIONS
from watchfloor.insight import schema

pytestmark = pytest.mark.django_db
WHO = "cleared"
# Columns whose values are choices of ours: they are shown in words, never as they are.
CHOICES = {"state", "kind", "status", "verdict", "outcome", "why", "action", "origin", "by", "joined", "mode", "source_kind"}
TOLD_APART = (
    "/console/gallery",  # for who builds pages: its samples are no words of the console
    "/investigate/entity",  # the platform's own names
)
UNITS = {"Watchfloor", "UTC", "CSV", "JSON", "lines", "AHT", "AAS", "SLA", "min", "ms", "GB", "MB", "kB", "bn"}


def data_of_the_world() -> set[str]:
    """What people and platforms wrote, and the keys of things: whatever the database holds but for choices and prose of ours."""
    found: set[str] = set(PERMISSIONS)
    for model in apps.get_models():
        if model._meta.app_label in ("contenttypes", "sessions", "auth", "ledger", "account", "sites"):
            continue
        for field in model._meta.concrete_fields:
            if field.name in CHOICES or not isinstance(field, (models.CharField, models.TextField, models.JSONField)):
                continue
            for value in model.objects.values_list(field.attname, flat=True):
                found.update(text.strip() for text in pseudo.texts_of(value))
    return {" ".join(text.split()) for text in found if len(text) > 1}


def test_probe(world: World) -> None:
    out = {}
    with pseudo.spoken(), world.undone():
        for where in crawl.addresses(world):
            client = world.client(WHO)
            response = client.get(where)
            if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
                out.setdefault("skipped", []).append((where, response.status_code))
                continue
            body = (b"".join(response.streaming_content) if response.streaming else response.content).decode()
            out[where] = pseudo.unspoken(body)
    data = data_of_the_world()
    json.dump([out, sorted(data, key=len, reverse=True)], open("/tmp/words-probe.json", "w"), ensure_ascii=False, indent=0)
