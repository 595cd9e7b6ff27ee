"""Ledger events of more than one case, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.kernel import ids
from watchfloor.review.queries import names
from watchfloor.review.queries.terms import term

Data = dict[str, Any]


def _case(text: str) -> str:
    return ids.short(UUID(text))


def _reports(count: int) -> str:
    return ngettext("%(num)s report", "%(num)s reports", count) % {"num": f"{count:,}"}


def _joined(data: Data) -> str:
    values = {"case": _case(data["into"]), "reports": _reports(data["reports"])}
    return _("joined the case to %(case)s as its duplicate (moved: %(reports)s)") % values


def _split(data: Data) -> str:
    return _("took %(reports)s out into %(case)s") % {"case": _case(data["into"]), "reports": _reports(data["reports"])}


def _took_part(data: Data) -> str:
    values = {"case": _case(data["other"]), "reports": _reports(data["reports"])}
    said = {
        "joined": _("%(case)s was joined to this case (%(reports)s)"),
        "split": _("moved between this case and %(case)s: %(reports)s"),
        "undone": _("the step with %(case)s was taken back"),
    }
    return said[data["step"]] % values


def _tagged(data: Data) -> str:
    tags = [*(f"+{tag}" for tag in data["added"]), *(f"-{tag}" for tag in data["removed"])]
    return _("changed the tags: %(tags)s") % {"tags": ", ".join(tags)}


def _cluster(data: Data) -> str:
    values = {"count": f"{data['count']:,}", "sample": f"{data['sample']:,}"}
    return _("made a cluster of %(count)s items, a sample of %(sample)s to read") % values


def _queued(data: Data) -> str:
    values = {"queue": names.queue(data["queue"]), "cases": f"{data['cases']:,}"}
    return _("put the cluster into %(queue)s as one job (open cases: %(cases)s)") % values


def _read(data: Data) -> str:
    values = {"place": data["place"] + 1, "verdict": term(data["verdict"])}
    return _("read number %(place)s of the sample: %(verdict)s") % values


def _state(data: Data) -> str:
    values = {"before": term(data["before"]), "after": term(data["after"])}
    return _("the cluster went from %(before)s to %(after)s") % values


SENTENCES: dict[str, Callable[[Data], str]] = {
    "case.joined": _joined,
    "case.split": _split,
    "case.took_part": _took_part,
    "case.unjoined": lambda data: _("took the joining back") if data["kind"] == "join" else _("took the split back"),
    "case.tagged": _tagged,
    "case.reweighed": lambda _data: _("the weight of its reports changed by what is known of who reported"),
    "cluster.made": _cluster,
    "cluster.queued": _queued,
    "cluster.read": _read,
    "cluster.state": _state,
    "edge_case.asked": lambda _data: _("asked policy a question"),
    "edge_case.ruled": lambda _data: _("policy answered the question"),
    "edge_case.withdrawn": lambda _data: _("took the question back"),
}
