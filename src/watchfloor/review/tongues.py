"""The language of a case whose item came without one: found in its text, so that it goes to people who read it.

What the platform says is never put in question. Only where it says nothing, and the text is long enough and the finding sure enough,
does the case take a language on; it needs the extra ``languages``, but for texts whose script says it alone. The item keeps none, so the
page can say where the language is from.
"""

from __future__ import annotations

import logging
from typing import Final

from watchfloor.engines.textmodels.tongues import identify
from watchfloor.items import queries as items
from watchfloor.items.models import Item
from watchfloor.kernel.errors import MissingExtra
from watchfloor.review.models import Case, Report

log = logging.getLogger(__name__)
LEAST_LETTERS: Final = 20  # shorter texts are taken for one language as well as for another
SURE: Final = 0.7
MOST: Final = 2_000  # characters looked at


def of_text(text: str) -> str:
    """BCP 47: ``es``, or ``hi-Latn`` where a language is written in Latin letters that has its own; "" where it is not sure."""
    text = text[:MOST]
    if sum(each.isalpha() for each in text) < LEAST_LETTERS:
        return ""
    try:
        found = identify(text)
    except MissingExtra:
        return ""
    if found.confidence < SURE or not 2 <= len(found.language) <= 3:
        return ""
    return f"{found.language}-Latn" if found.romanised else found.language


def of_item(item: Item, version: str) -> str:
    """Of what an item says in a version. Never raises: a case must not fail to open for this."""
    data = items.snapshot(version) if version else None
    if not data:
        return ""
    try:
        return of_text(items.text_of(item.type_key, data))
    except Exception:
        log.exception("the language of %s could not be found", item.pk)
        return ""


def was_found(case: Case) -> bool:
    """Whether the case's language is from its text, not from the platform."""
    if not case.language or case.item.language:
        return False
    return not Report.objects.filter(case=case).exclude(language="").exists()
