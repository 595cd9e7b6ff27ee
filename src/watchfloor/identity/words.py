"""Grants and permissions said in a sentence a person can check."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from watchfloor.identity.domain import Scope

AREAS: dict[str, str] = {  # by the first part of a permission
    "incident": N_("Incidents"), "law": N_("Law"), "order": N_("Orders"), "oncall": N_("On-call"),
    "appeal": N_("Appeals"), "case": N_("Cases"), "claim": N_("Claims that go round"), "edge": N_("Edge cases"),
    "change": N_("Change log"), "spike": N_("Spikes"), "board": N_("Boards"), "metric": N_("Metrics"), "study": N_("Studies"),
    "topic": N_("Topics"),
    "enforcement": N_("Enforcement"), "cybertip": N_("NCMEC reports"),
    "event": N_("Events"), "floor": N_("Floor"), "glass": N_("Break-glass"), "insight": N_("Insight"),
    "installation": N_("Installation"),
    "intake": N_("Intake"), "investigate": N_("Investigate"), "item": N_("Items"), "ledger": N_("Ledger"),
    "bank": N_("Banks of known content"), "exchange": N_("Exchanges of hashes"),
    "list": N_("Lists"), "macro": N_("Ready texts"), "media": N_("Media"), "people": N_("People"),
    "policy": N_("Policies"), "protected": N_("Protected accounts"), "queue": N_("Queues"),
    "reads": N_("Looks at restricted cases"), "report": N_("Reports"), "reporter": N_("Reporters"),
    "restricted": N_("Restricted"), "review": N_("Review"), "rule": N_("Rules"), "settings": N_("Settings"),
    "verdict": N_("Verdicts"), "wellbeing": N_("Well-being"), "certificate": N_("Certificates"),
    "training": N_("Training"), "quality": N_("Quality"), "transparency": N_("Transparency"),
    "staffing": N_("Staffing"), "restriction": N_("Restrictions"), "likeness": N_("Protected names"),
    "vendor": N_("Vendors"), "knowledge": N_("Knowledge"), "programme": N_("Programme"),
}  # fmt: skip
MEANS = {
    "password": N_("password"),
    "passkey": N_("passkey"),
    "code": N_("code"),
    "mfa": N_("second factor"),
    "demo": N_("demo"),
    "signon": N_("provider"),
}


def area(key: str) -> str:
    """What the permissions that begin with ``key.`` are about."""
    known = AREAS.get(key)
    return _(known) if known else key.replace("_", " ").capitalize()


def means(text: str) -> str:
    """How someone signed in: ``password+code`` in words."""
    return " + ".join(_(MEANS[one]) if one in MEANS else one for one in text.split("+"))


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
