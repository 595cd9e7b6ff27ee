"""Every word a page says comes through gettext: read in a language that brackets each message, nothing but data stands outside.

Sentences of errors are not among them: they are English, with the values that were wrong inside.
"""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from tests.integration.permissions import crawl
from tests.integration.permissions.people import World
from tests.support import pseudo

from watchfloor.detection import lakes
from watchfloor.identity.domain import PERMISSIONS
from watchfloor.policy.domain import HARM_GROUPS

pytestmark = pytest.mark.django_db
WHO = "cleared"  # holds every permission
# Columns whose values are choices of ours: a page says them in words, never as they are.
CHOICES = {"state", "kind", "status", "verdict", "outcome", "why", "action", "origin", "by", "mode"}
NOT_READ = ("/console/gallery",)  # for who builds pages: its samples are no words of the console
NAMES_OF_OURS = {
    "Watchfloor",
    "UTC",
    "CSV",
    "JSON",
    "JSON lines",
    "AHT",
    "AAS",
    "SLA",
    "shipped policies",
    "SVG",
    "PNG",
    "PPTX",
    "PARQUET",
    "PDF",
    "HTML",
    "Salesforce Service Cloud",
    "Zendesk",
}  # the same in every language
KEY = re.compile(
    r"[\w$-]+([.\-_:/][\w-]+)+|[A-Z0-9]{5}|[0-9a-f]{8,}|(\{\w+\} ?)+|[A-Z]{2}"
)  # identifiers, paths, placeholders
NUMBER = re.compile(r"^[\d.]+ | \d+$")  # of a clause before its title; how many, after what is counted
CLOCK = re.compile(r"\d\d:\d\d UTC")
LIST = re.compile(r"[,:;·()“”]| - ")


def of_the_world() -> set[str]:
    """What people and platforms wrote and what things are called: whatever the database holds, but for choices of ours."""
    found = {*lakes.DIMENSIONS, *PERMISSIONS, *NAMES_OF_OURS, *HARM_GROUPS, *dict(settings.LANGUAGES).values()}
    for model in apps.get_models():
        if model._meta.app_label in ("contenttypes", "sessions", "auth", "ledger", "account", "sites"):
            continue
        for field in model._meta.concrete_fields:
            if field.name in CHOICES or not isinstance(field, (models.CharField, models.TextField, models.JSONField)):
                continue
            for value in model._default_manager.values_list(field.attname, flat=True).distinct():
                found.update(" ".join(text.split()) for text in pseudo.texts_of(value))
    lines = {line.strip() for text in found for line in text.splitlines()}
    return {text.replace("_", " ") for text in found | lines} | found


def is_data(text: str, known: set[str]) -> bool:
    """Whether a text is something of the world, or a list of such things."""
    bare = NUMBER.sub("", text)
    if {text, bare} & known or all(part in known for part in text.split(": ")):
        return True
    if len(text) > 15 and any(text in each for each in known if len(each) > 40):
        return True  # a piece of a longer text
    if KEY.fullmatch(bare) or CLOCK.fullmatch(text):
        return True
    parts = (part.strip(" .…’'+") for part in LIST.split(bare))
    return all(part in known or KEY.fullmatch(part) or not pseudo.WORD.search(part) for part in parts)


def read(world: World, where: str) -> list[str]:
    """The words of a page that are in no brackets; none where there is no page (or only with a POST)."""
    response = world.client(WHO).get(where)
    if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
        return []
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return pseudo.unspoken(body.decode())


def test_every_word_comes_through_gettext(world: World) -> None:
    said: dict[str, list[str]] = {}
    with world.undone(), pseudo.spoken():
        addresses = [where for where in crawl.addresses(world) if not where.startswith(NOT_READ)]
        taken = world.client(WHO).post("/review/next", {"queue": "spam.en"})  # the workbench, with a job in hand
        assert taken.status_code == 302
        for where in [
            *addresses,
            taken["Location"],
            "/settings/roles/reviewer",
            f"/settings/people/{world.users[WHO].pk}",
        ]:
            for text in read(world, where):
                said.setdefault(text, []).append(where)
        known = of_the_world()
    plain = {text: where[0] for text, where in said.items() if not is_data(text, known)}
    assert not plain, "\n".join(
        f"{where}: {text[:120]}" for text, where in sorted(plain.items(), key=lambda each: each[::-1])
    )


def test_the_test_would_see_a_plain_word() -> None:
    page = (
        '<main><h1>[[Cases [[of]] today]]</h1><p title="Forgotten">[[Open]] and <b>plain</b></p><code>x.y</code></main>'
    )
    assert pseudo.unspoken(page) == ["Forgotten", "and", "plain"]
