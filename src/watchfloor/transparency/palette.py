"""The pages of transparency in the command palette, and its reports by their period."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from watchfloor.identity.domain import Actor

_PAGES = (
    ("transparency-reports", gettext_lazy("Transparency reports"), "report"),
    ("transparency-statements", gettext_lazy("Statements of reasons"), "send"),
    ("transparency-texts", gettext_lazy("Texts and recipients"), "edit"),
    ("transparency-numbers", gettext_lazy("Numbers"), "chart-line"),
    ("transparency-frameworks", gettext_lazy("Frameworks"), "certificate"),
)


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """Pages whose name has the words."""
    want = query.casefold().split()
    if not want or not actor.has("transparency.view"):
        return
    hint = _("Transparency")
    for name, title, icon in _PAGES:
        if all(word in f"{hint} {title}".casefold() for word in want):
            yield {"title": str(title), "url": reverse(name), "kind": _("page"), "icon": icon, "hint": hint}
