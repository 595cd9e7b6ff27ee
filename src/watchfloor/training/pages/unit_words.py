"""Words and signs for units: how they stand, states of versions, what their products are called, and a source to begin with."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.policy import queries as policies

Chip = tuple[str, str, str]  # words, colour, sign


def standings() -> dict[str, Chip]:
    """How a unit stands; "" is a language without one."""
    return {
        "current": (_("Current"), "green", "check"), "stale": (_("Stale: the policy has changed"), "amber", "alert-triangle"),
        "behind": (_("Behind the original"), "amber", "language"), "review": (_("To be read again"), "accent", "calendar"),
        "none": (_("Not published"), "outline", "pencil"), "": (_("None"), "red", "x"),
    }  # fmt: skip


def versions() -> dict[str, Chip]:
    """States of a version."""
    return {
        "draft": (_("Draft"), "outline", "pencil"), "approved": (_("Approved, not published"), "accent", "hourglass"),
        "published": (_("Published"), "green", "check"), "superseded": (_("Superseded"), "", "archive"),
    }  # fmt: skip


def products() -> dict[str, str]:
    """What products are called."""
    return {
        "article": _("Article"), "items": _("Questions in the bank"), "deck": _("Slides (PPTX)"), "guide_docx": _("Guide (DOCX)"),
        "guide_html": _("Guide (HTML)"), "gift": _("Questions (GIFT)"), "qti": _("Questions (QTI)"),
        "moodle": _("Questions (Moodle XML)"), "scorm": _("Course (SCORM)"),
    }  # fmt: skip


def sections() -> dict[str, str]:
    """Sections of a source."""
    return {
        "head": _("Head"), "aim": _("Aim"), "explanation": _("Explanation"), "examples": _("Examples"),
        "edge-cases": _("Edge cases"), "activities": _("Activities"), "questions": _("Questions"),
    }  # fmt: skip


def begun(policy_key: str, language: str, owner: str) -> str:
    """A source with a head and one of each part, to write over."""
    try:
        version = policies.version_in_force(policy_key) if policy_key else None
        name = policies.policy(policy_key).name if policy_key else ""
    except BadInput:
        version, name = None, ""
    kinds = [each for each in policies.all_violations(policy_key) if not each.archived] if name else []
    topic = kinds[0].key if kinds else "clean"
    review = (clock.now() + timedelta(days=180)).date().isoformat()
    return f"""---
title: "{name or "Title"}"
policy: {policy_key or "spam"}
version: {version.number if version else 1}
language: {language or "en"}
minutes: 45
owner: {owner}
review: {review}
---

## Aim

What people can do after it that they could not do before.

## Explanation

### The rule in one sentence

What the policy asks, and why.

## Examples

### A clear one

- finding: {topic}

> What the reviewer sees.

Why it is found so.

## Activities

### Sort the pile

- minutes: 10

What people do together.

#### Answer

What the trainer says when they are done.

## Questions

### The first question

- key: {policy_key or "spam"}.unit.q1
- topic: general

What is asked?

- [x] The right answer
- [ ] Another answer

Why it is right.
"""
