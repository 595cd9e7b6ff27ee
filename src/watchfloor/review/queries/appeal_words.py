"""What happened around appeals, statements of reasons and disputes, in words: sentences of ``words``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.utils.translation import ngettext

Data = dict[str, Any]


def _says(message: str, *names: str) -> Callable[[Data], str]:
    return lambda data: _(message) % {name: data[name] for name in names}


def _text(data: Data) -> str:
    said = (
        N_("the author handed in a text with the appeal")
        if data["by"] == "author"
        else N_("the reporter handed in a text with the appeal")
    )
    return _(said)


def _unfounded(data: Data) -> str:
    return (
        _("found the appeal plainly unfounded")
        if data["plainly"]
        else _("took back that the appeal was plainly unfounded")
    )


def _lesson(data: Data) -> str:
    sources = ", ".join(data["sources"])
    if sources:
        return _("what had pointed at it is told of the mistake: %(sources)s") % {"sources": sources}
    return _("the mistake is told to whoever measures decisions")


def _opened(data: Data) -> str:
    said = (
        N_("took the decision to a court: %(body)s") if data["kind"] == "court" else N_("took the decision to %(body)s")
    )
    return _(said) % {"body": data["body"]}


def _extended(data: Data) -> str:
    days = ngettext("%(num)s day", "%(num)s days", data["days"]) % {"num": data["days"]}
    return _("%(body)s takes %(days)s longer") % {"body": data["body"], "days": days}


OUTCOMES = {
    "upheld": N_("%(body)s upheld the decision"), "overturned": N_("%(body)s overturned the decision"),
    "modified": N_("%(body)s changed the decision"), "settled": N_("the dispute before %(body)s was settled"),
    "withdrawn": N_("the dispute before %(body)s was withdrawn"),
}  # fmt: skip
SENTENCES: dict[str, Callable[[Data], str]] = {
    "appeal.text": _text,
    "appeal.kept_from": _says(N_("decided on the case since, and is not handed the appeal")),
    "appeal.unfounded": _unfounded,
    "appeal.lesson": _lesson,
    "dispute.opened": _opened,
    "dispute.extended": _extended,
    "dispute.decided": lambda data: _(OUTCOMES[data["outcome"]]) % {"body": data["body"]},
    "statement.waiting": _says(N_("a statement of reasons is owed once a second person agrees")),
    "statement.made": _says(N_("the statement of reasons was made")),
    "statement.corrected": _says(N_("the statement of reasons was corrected (version %(number)s)"), "number"),
    "statement.withdrawn": _says(N_("the statement of reasons was withdrawn (version %(number)s)"), "number"),
    "statement.ended": _says(N_("what the statement of reasons said has run out")),
    "notice.resent": _says(N_("sent a notice once more")),
}
