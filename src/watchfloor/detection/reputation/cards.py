"""What the author card says of an account's record: as an author, and, to who may see reporters, as one."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from watchfloor.detection.reputation import accounts
from watchfloor.detection.reputation.domain.standing import Standing
from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item
from watchfloor.kernel.errors import NotFound
from watchfloor.review.actions import reporters
from watchfloor.review.author_marks import Mark
from watchfloor.review.queries import reporters as records

TONES = {"low": "red", "new": "amber", "good": "green", "usual": "outline", "unknown": "outline"}
TRUSTED, DOUBTED = 0.8, 0.2


def marks(actor: Actor, account: Item) -> Sequence[Mark]:
    """The lines of the card."""
    found = accounts.standings([account])[account.pk]
    lines = [Mark(label=_("Reputation"), text=sentence(found), chip=bands()[found.band], tone=TONES[found.band])]
    if actor.has("reporter.view"):
        lines += _as_reporter(actor, account)
    return lines


def bands() -> dict[str, str]:
    """What the bands are called."""
    return {
        "low": pgettext("reputation", "Low"), "new": pgettext("reputation", "New"), "unknown": pgettext("reputation", "Unknown"),
        "usual": pgettext("reputation", "Usual"), "good": pgettext("reputation", "Good"),
    }  # fmt: skip


def sentence(found: Standing) -> str:
    """Why the band is what it is, in words."""
    if not found.decided:
        said = _("nothing of it was decided yet")
    else:
        said = _("%(bad)s of %(all)s decided items violating; usual is %(usual)s %%") % {
            "bad": f"{found.violating:,}", "all": f"{found.decided:,}", "usual": f"{found.usual * 100:.0f}",
        }  # fmt: skip
    if found.actions_left:
        left = ngettext(
            "%(num)s more item until it is trusted", "%(num)s more items until it is trusted", found.actions_left
        )
        said += " · " + left % {"num": found.actions_left}
    return said


def _as_reporter(actor: Actor, account: Item) -> list[Mark]:
    """Over the cases the actor may open."""
    who = reporters.who_is("user", account.external_id)
    try:
        found, _parts = records.record(actor, who)
    except NotFound:
        return []
    chip, tone = "", "outline"
    if found.right.low > TRUSTED:
        chip, tone = _("trusted reporter"), "green"
    elif found.right.high < DOUBTED:
        chip, tone = _("nearly never right"), "red"
    text = ngettext("%(upheld)s of %(num)s report upheld", "%(upheld)s of %(num)s reports upheld", found.decided)
    return [
        Mark(
            label=_("As a reporter"), text=text % {"upheld": f"{found.upheld:,}", "num": f"{found.decided:,}"}, chip=chip,
            tone=tone, url=reverse("reporter", args=[who]),
        )
    ]  # fmt: skip
