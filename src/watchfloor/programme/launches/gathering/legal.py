"""Gate: which legal clocks the launch starts is said, and each of them is in the table of periods."""

from __future__ import annotations

from django.utils.translation import gettext as _

from watchfloor.law import documents
from watchfloor.programme.launches.domain.gates import Fact, Part, share
from watchfloor.programme.launches.gathering.frame import Asked, address


def gather(asked: Asked) -> Fact:
    """Share of the named clocks that run; naming none needs a reason, and so does leaving out one that names a market of the launch."""
    document, href = asked.document, address("law-table")
    known = documents.table().clocks
    for_markets = {
        key for key, rule in known.items()
        if rule.active and set(rule.when.get("markets", [])) & set(document.markets)
        and (not rule.when.get("policies") or document.policy_key in rule.when["policies"])
    }  # fmt: skip
    if not document.clocks:
        if document.no_clocks.strip() and not for_markets:
            return Fact(
                measured=1,
                say=_("No legal clock holds: %(why)s") % {"why": document.no_clocks.strip()[:200]},
                href=asked.edit,
            )
        return Fact(measured=0, say=_("Say which legal clocks hold, or why none does."), href=asked.edit)
    wanted = sorted({*document.clocks, *for_markets})
    parts = [
        Part(name=known[key].name if key in known else key,
             measured=float(key in known and known[key].active and key in document.clocks))
        for key in wanted
    ]  # fmt: skip
    ready = sum(part.measured or 0 for part in parts)
    say = _("%(ready)d of %(all)d legal clocks are mapped and in the table.") % {"ready": ready, "all": len(wanted)}
    return Fact(
        measured=share(ready, len(wanted)), say=say, href=href, parts=tuple(part for part in parts if not part.measured)
    )
