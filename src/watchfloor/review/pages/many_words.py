"""The words for orders over many, their states, and why something is held out. Looked up at each call: the language is the viewer's."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor


def verbs() -> dict[str, str]:
    """What can be ordered."""
    return {
        "decide": _("Decide"), "close": _("Close without a finding"), "duplicate": _("Close as duplicates of one case"),
        "transfer": _("Move to a queue"), "escalate": _("Hand up"), "tag": _("Put a tag on"), "untag": _("Take a tag off"),
    }  # fmt: skip


def states() -> dict[str, str]:
    """How far a batch or a cluster is."""
    return {
        "running": _("being done"), "done": _("done"), "reversing": _("being taken back"), "reversed": _("taken back"),
        "reading": _("sample being read"), "decided": _("decided"), "dropped": _("dropped"),
    }  # fmt: skip


def marks() -> dict[str, str]:
    """What became of one row."""
    return {
        "waiting": _("Still to do"), "done": _("Done"), "skipped": _("Left out"), "reversed": _("Taken back"),
        "kept": _("Kept: something came after it"),
    }  # fmt: skip


def held_out() -> dict[str, str]:
    """Why something is not touched."""
    return {
        "not_permitted": _("outside your rights"), "protected": _("protected or verified accounts"),
        "restricted": _("restricted: decided one by one"), "escalated": _("handed up: a lead decides"),
        "closed": _("closed already"), "already": _("so already"), "decided_otherwise": _("decided before: needs a fresh look"),
        "under_appeal": _("under appeal"), "no_case": _("no case, and no policy to open one under"),
        "market": _("the violation type does not hold in its market"), "no_job": _("no job waits"),
        "itself": _("the case itself"), "read_clean": _("read in the sample and found otherwise"),
    }  # fmt: skip


def kinds() -> dict[str, str]:
    """What items have in common."""
    return {
        "author": _("Same author"), "device": _("Same device"), "ip": _("Same address"), "payment": _("Same payment"),
        "link": _("Same link"), "text": _("Near-duplicate text"),
        "media": _("Same or near media"),
    }  # fmt: skip


def places(actor: Actor) -> list[tuple[str, str]]:
    """The pages beside the list of cases that this person may open: URL name and title."""
    every = [
        ("case-list", _("Cases"), ("case.view",)),
        ("clusters", _("Clusters"), ("case.bulk",)),
        ("bulk", _("Orders over many"), ("case.bulk", "review.cluster")),
        ("reporters", _("Reporters"), ("reporter.view",)),
        ("appeals", _("Appeals"), ("case.view",)),
        ("edge-cases", _("Edge cases"), ("case.view",)),
    ]
    return [(name, title) for name, title, permissions in every if any(actor.has(each) for each in permissions)]


def tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    """The same as tabs."""
    return [{"label": title, "href": reverse(name), "current": name == current} for name, title in places(actor)]
