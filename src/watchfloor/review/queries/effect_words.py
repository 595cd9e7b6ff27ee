"""What enforcement did on a case, in words: the sentences of ``words`` for actions, strikes and notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.utils.translation import ngettext

from watchfloor.enforcement import queries as enforcement

Data = dict[str, Any]
NOTICES = {
    "author_violating": N_("told the author what was done and why, and how to object"),
    "author_reversed": N_("told the author that the decision was taken back"),
    "author_modified": N_("told the author that the decision was changed, and why"),
    "reporter_received": N_("told a reporter that the report has arrived"),
    "reporter_reversed": N_("told a reporter that the decision was taken back"),
    "appeal_received": N_("told whoever objected that it has arrived"),
    "appeal_upheld": N_("told whoever objected that the decision stands"),
    "reporter_violating": N_("told a reporter that it was acted on"),
    "reporter_clean": N_("told a reporter that no rule was broken"),
}
TAKEN = {  # by target, by the ladder, held
    ("item", False, False): N_("“%(name)s” on the item"),
    ("item", False, True): N_("“%(name)s” on the item, once a second person agrees"),
    ("item", True, False): N_("“%(name)s” on the item, by the ladder"),
    ("item", True, True): N_("“%(name)s” on the item, by the ladder, once a second person agrees"),
    ("author", False, False): N_("“%(name)s” on the author"),
    ("author", False, True): N_("“%(name)s” on the author, once a second person agrees"),
    ("author", True, False): N_("“%(name)s” on the author, by the ladder"),
    ("author", True, True): N_("“%(name)s” on the author, by the ladder, once a second person agrees"),
}


def _named(message: str) -> Callable[[Data], str]:
    """A sentence on an action, which it names."""

    def tell(data: Data) -> str:
        return _(message) % {"name": enforcement.kind_name(data["kind"]), "error": data.get("error", "")}

    return tell


def _taken(data: Data) -> str:
    said = TAKEN[data["target"], bool(data["from_ladder"]), bool(data["held"])]
    return _(said) % {"name": enforcement.kind_name(data["kind"])}


def _points(data: Data) -> str:
    return ngettext("%(num)s point", "%(num)s points", data["points"]) % {"num": data["points"]}


def _struck(message: str) -> Callable[[Data], str]:
    return lambda data: _(message) % {"points": _points(data), "total": data["total"]}


def _told(data: Data) -> str:
    known = NOTICES.get(data["template"])
    if known:
        return _(known)
    return _("wrote to the author") if data["to"] == "author" else _("wrote to a reporter")


SENTENCES: dict[str, Callable[[Data], str]] = {
    "action.taken": _taken,
    "action.started": _named(N_("“%(name)s” began")),
    "action.withheld": _named(N_("“%(name)s” is held: automatic actions were stopped")),
    "action.approved": _named(N_("agreed to “%(name)s”")),
    "action.rejected": _named(N_("“%(name)s” will not be done")),
    "action.reversed": _named(N_("undid “%(name)s”")),
    "action.expired": _named(N_("“%(name)s” ended by itself")),
    "action.inverse": _named(N_("asked the platform for “%(name)s”")),
    "action.confirmed": _named(N_("the platform has done “%(name)s”")),
    "action.failed": _named(N_("the platform did not take “%(name)s”: %(error)s; it is tried again")),
    "action.dead": _named(N_("gave up telling the platform of “%(name)s”: %(error)s")),
    "action.replayed": _named(N_("told the platform of “%(name)s” again")),
    "strike.given": _struck(N_("a strike for the author: %(points)s, %(total)s in all")),
    "strike.voided": _struck(N_("the strike was voided: %(points)s off, %(total)s left")),
    "strike.expired": _struck(N_("the strike expired: %(points)s off, %(total)s left")),
    "notice.written": _told,
}
