"""What the workbench lays side by side: the account a case is about, and the protected name it looks like with its real account.

The real account is shown to whoever may see cases of its market; to everybody else the register's entry says what name is meant.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from watchfloor.detection.likeness import register
from watchfloor.detection.likeness.models import Likeness, ProtectedName
from watchfloor.detection.likeness.pages import words
from watchfloor.enforcement import queries as enforcement
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as items
from watchfloor.items.domain import role
from watchfloor.items.media.queries import views
from watchfloor.items.models import Item
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.ids import encode
from watchfloor.review.bench_sides import Comparison, Side
from watchfloor.review.bench_view import AuthorView, author_view
from watchfloor.review.case_beside import Chip
from watchfloor.review.models import Case

MOST: Final = 3
LETTERS: Final = 6  # of other scripts, named one by one


def sides(actor: Actor, case: Case) -> Sequence[Comparison]:
    """The names in force that the case's account looks like, the surest first."""
    account = case.item
    if account.kind != "account":
        return ()
    known = register.in_force().rows
    found = Likeness.objects.filter(account=account, protected__in=list(known)).order_by("-score", "pk")
    return [_compared(actor, case, row, known[row.protected_id]) for row in found[:MOST]]


def other_letters(text: str) -> str:
    """Letters of other scripts than the Latin one that stand among Latin ones, each named once: what the eye takes for Latin."""
    letters = [each for each in text if each.isalpha()]
    latin = [each for each in letters if unicodedata.name(each, "").startswith("LATIN ")]
    if not latin:
        return ""
    other = dict.fromkeys(each for each in letters if not unicodedata.name(each, "").startswith("LATIN "))
    named = [f"{each} ({unicodedata.name(each, f'U+{ord(each):04X}').title()})" for each in list(other)[:LETTERS]]
    return ", ".join(named)


def _compared(actor: Actor, case: Case, row: Likeness, name: ProtectedName) -> Comparison:
    sees = actor.has(register.SEES)
    return Comparison(
        title=_("Side by side"), why=f"{capfirst(words.how(row))}. " + _("%(share)s sure that people would be taken in.") % {
            "share": f"{row.score:.0%}"},
        here=_account(actor, case.item, _("This account"), case.item_version), there=_real(actor, name),
        url=reverse("protected-name", args=[name.pk]) if sees else "",
    )  # fmt: skip


def _real(actor: Actor, name: ProtectedName) -> Side:
    title = _("The protected name")
    # As it is now: the register is remembered.
    account = Item.objects.filter(pk=name.account_id).first() if name.account_id else None
    if account is not None and actor.may("case.view", market=account.market):
        return _account(actor, account, _("The real account"), account.current_version, entry=name)
    chips = [Chip(words.kinds()[name.kind])]
    if name.verified:
        chips.append(Chip(_("Verified"), "green", "rosette-discount-check"))
    facts = [(_("The real account"), _("in a market you do not see") if account is not None else _("none here"))]
    return Side(title=title, name=name.name, handle=name.handles[0] if name.handles else "", chips=chips, facts=facts)


def _account(actor: Actor, account: Item, title: str, version: str, entry: ProtectedName | None = None) -> Side:
    fields: list[Any] = []
    with contextlib.suppress(BadInput):  # the type is gone: what is left is its name on the platform
        _type, fields = items.item_type(account.type_key)
    data = items.snapshot(version) if version else None
    seen = author_view(account, fields, data, enforcement.standing(account))
    icon = role(fields, "profileIcon") if fields else ""
    letters = other_letters(f"{seen.name} {seen.handle}")
    shown = views(version, actor) if version and icon else []
    return Side(
        title=title, name=seen.name or (entry.name if entry else ""), handle=seen.handle.removeprefix("@"),
        id=account.external_id, url=reverse("account", args=[encode("itm", account.pk)]), chips=_chips(seen, entry),
        since=seen.since or seen.seen_first, made=seen.since is not None, followers=seen.followers,
        facts=[(_("Letters of other scripts"), letters)] if letters else (), media=[each for each in shown if each.field == icon],
    )  # fmt: skip


def _chips(seen: AuthorView, entry: ProtectedName | None) -> list[Chip]:
    chips = []
    if seen.verified or (entry is not None and entry.verified):
        chips.append(Chip(_("Verified"), "green", "rosette-discount-check"))
    if seen.state != "active":
        states = {"restricted": _("Restricted"), "removed": _("Removed"), "deleted_by_author": _("Deleted")}
        chips.append(Chip(states.get(seen.state, seen.state), "red", "ban"))
    return chips
