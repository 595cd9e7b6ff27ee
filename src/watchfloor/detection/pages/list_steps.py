"""What a POST on a list's page does: put in, paste, take out, restore, save, archive. Each returns what was read, and what to say."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.detection import lists
from watchfloor.detection.lists import files, reading
from watchfloor.detection.models import NamedList
from watchfloor.engines.sml.lists import moment
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, Forbidden, WatchfloorError
from watchfloor.ledger.writer import writing

LARGEST_PASTE = 2_000_000  # characters; what is more comes as a file by the command line or the API


def _add(request: HttpRequest, actor: Actor, row: NamedList) -> tuple[None, str]:
    must(lists.may_edit(actor, row))
    with writing(actor) as w:
        change = lists.add(
            w, row.name, request.POST.get("value", ""), reason=request.POST.get("reason", ""),
            expires=moment(request.POST.get("expires", "")),
        )  # fmt: skip
    if change.known:
        return None, _("It was in the list already.")
    return None, _("It is in: version %(version)s.") % {"version": change.version}


def _paste(request: HttpRequest, actor: Actor, row: NamedList) -> tuple[files.Read, str]:
    must(lists.may_edit(actor, row))
    text = request.POST.get("rows", "")
    if len(text) > LARGEST_PASTE:
        raise BadInput("too_long", "That is too much for a form.", where="rows", hint="Use `watchfloor lists import`.")
    if not text.strip():
        raise BadInput("nothing", "There is nothing to put in.", where="rows")
    found = files.read(
        row, text, reason=request.POST.get("paste_reason", ""), expires=moment(request.POST.get("paste_expires", ""))
    )
    with writing(actor) as w:
        change = files.put_in(w, row.name, found)
    said = ngettext("%(num)s entry came in", "%(num)s entries came in", change.added) % {"num": change.added}
    if change.known:
        said += ", " + ngettext("%(num)s was there", "%(num)s were there", change.known) % {"num": change.known}
    if found.bad_count:
        said += ", " + ngettext("%(num)s is to be mended", "%(num)s are to be mended", found.bad_count) % {
            "num": found.bad_count
        }
    return found, said + "."


def _remove(request: HttpRequest, actor: Actor, row: NamedList) -> tuple[None, str]:
    must(lists.may_edit(actor, row))
    values = request.POST.getlist("value")
    with writing(actor) as w:
        change = lists.remove(w, row.name, values, why=request.POST.get("why", ""))
    words = ngettext(
        "%(num)s entry is out: version %(version)s. Restore version %(before)s to undo it.",
        "%(num)s entries are out: version %(version)s. Restore version %(before)s to undo it.", change.removed,
    )  # fmt: skip
    return None, words % {"num": change.removed, "version": change.version, "before": change.version - 1}


def _restore(request: HttpRequest, actor: Actor, row: NamedList) -> tuple[None, str]:
    must(lists.may_edit(actor, row))
    version = version_in(request.POST.get("version", ""), row)
    if version is None:
        raise BadInput("no_version", "Say which version.", where="version")
    with writing(actor) as w:
        change = lists.restore(w, row.name, version, why=request.POST.get("why", ""))
    return None, _("The entries are those of version %(then)s again; this is version %(now)s.") % {
        "then": version, "now": change.version,
    }  # fmt: skip


def _save(request: HttpRequest, actor: Actor, row: NamedList) -> tuple[None, str]:
    must(reading.may_begin(actor))
    with writing(actor) as w:
        lists.save(
            w, row.name, description=request.POST.get("description", ""), owner=request.POST.get("owner", ""),
            edit_permission=request.POST.get("edit_permission", row.edit_permission),
            distance=number(request.POST.get("distance", str(row.distance))),
        )  # fmt: skip
    return None, _("Saved.")


def _archive(request: HttpRequest, actor: Actor, row: NamedList) -> tuple[None, str]:
    must(reading.may_begin(actor))
    with writing(actor) as w:
        lists.archive(w, row.name, why=request.POST.get("why", ""))
    return None, _("%(name)s is out of use.") % {"name": row.name}


STEPS: dict[str, Callable[[HttpRequest, Actor, NamedList], tuple[files.Read | None, str]]] = {
    "add": _add, "paste": _paste, "remove": _remove, "restore": _restore, "save": _save, "archive": _archive,
}  # fmt: skip


def field_of(step: str, where: str) -> str:
    """The field of the page's form that an error belongs to."""
    if step == "paste":
        return {"expires": "paste_expires", "reason": "paste_reason"}.get(where, "rows")
    if step == "add":
        return where if where in {"expires", "reason"} else "value"
    return where if where in {"distance", "version"} else "why"


def must(allowed: bool) -> None:
    """Raise ``Forbidden`` unless allowed."""
    if not allowed:
        raise Forbidden("no_permission", "Your roles do not include changing this list.", hint="Ask the list's owner.")


def sentence(error: WatchfloorError) -> str:
    """The error and how to mend it."""
    return " ".join(part for part in (error.message, error.hint) if part)


def number(text: str) -> float:
    """A distance as typed."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise BadInput("bad_distance", "The distance is a number from 0 to below 1.", where="distance") from None


def version_in(text: str, row: NamedList) -> int | None:
    """The version an address names; None when the list has none such."""
    return int(text) if text.isdecimal() and len(text) < 9 and int(text) <= row.version else None
