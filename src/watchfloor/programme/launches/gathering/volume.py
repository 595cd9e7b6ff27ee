"""Gate: how much work is expected is entered for every queue and market."""

from __future__ import annotations

import math

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from watchfloor.programme.launches.domain.gates import Fact, share
from watchfloor.programme.launches.gathering.frame import Asked


def gather(asked: Asked) -> Fact:
    """Places with a number, of all places."""
    places = asked.document.volume_places()
    if not places:
        return Fact(measured=None, say=_("The queues of the launch are not entered."), href=asked.edit)
    missing = asked.document.missing_volumes()
    if missing:
        queue, market = missing[0]
        named = {"left": len(missing), "all": len(places), "first": f"{queue} {market}".strip()}
        say = _("%(left)s of %(all)s are missing, %(first)s first.") % named
    else:
        total = math.fsum(each.per_day for each in asked.document.volumes if (each.queue, each.market) in places)
        say = _("%(items)s items a day are expected.") % {
            "items": number_format(round(total), use_l10n=True, force_grouping=True)
        }
    return Fact(measured=share(len(places) - len(missing), len(places)), say=say, href=asked.edit)
