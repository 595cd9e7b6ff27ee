"""Grants and permissions said in a sentence a person can check."""

from __future__ import annotations

from django.utils.translation import gettext as _

from watchfloor.identity.domain import Scope


def limits(scope: Scope) -> list[str]:
    """``["queues spam.en, spam.es", "severity up to 3"]``; empty: without limits."""
    said = []
    for name, values in ((_("queues"), scope.queues), (_("markets"), scope.markets), (_("vendors"), scope.vendors)):
        if values is not None:
            said.append(f"{name} {', '.join(sorted(values))}" if values else _("no %(kind)s at all") % {"kind": name})
    if scope.max_severity < 5:
        said.append(_("severity up to %(level)s") % {"level": scope.max_severity})
    if scope.clearances:
        said.append(_("cleared for %(names)s") % {"names": ", ".join(sorted(scope.clearances))})
    return said


def limits_sentence(scope: Scope) -> str:
    """The same in one line; "everywhere" where nothing is limited."""
    return "; ".join(limits(scope)) or _("everywhere")
