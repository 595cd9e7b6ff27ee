"""Gate: the numbers before the launch are kept, of every metric that is watched, and lately."""

from __future__ import annotations

from django.utils.translation import gettext as _

from watchfloor.programme.launches import baselines
from watchfloor.programme.launches.domain.gates import Fact, share
from watchfloor.programme.launches.gathering.frame import Asked, address


def gather(asked: Asked) -> Fact:
    """Share of the watched metrics that are frozen; nought where the freezing is old, or was of another part of the floor."""
    href = address("launch", asked.launch.number) + "#watch"
    kept = baselines.of(asked.launch)
    if kept is None:
        return Fact(measured=0, say=_("No number is frozen yet."), href=href)
    wanted = asked.document.watched()
    if kept.where != baselines.where(asked.launch.kind, asked.document):
        return Fact(
            measured=0,
            say=_("What is frozen is of other markets, queues or vendors than the launch now names."),
            href=href,
        )
    if asked.now - kept.at > baselines.FRESH:
        return Fact(
            measured=0, say=_("What is frozen is older than %(days)s days.") % {"days": baselines.FRESH.days}, href=href
        )
    have = sum(key in kept.numbers for key in wanted)
    say = _("%(have)s of %(all)s metrics are frozen.") % {"have": have, "all": len(wanted)}
    return Fact(measured=share(have, len(wanted)), say=say, href=href)
