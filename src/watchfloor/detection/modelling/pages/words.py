"""Words for states of models and for why one is silent."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.detection.modelling.measuring import Measured
from watchfloor.detection.modelling.models import Pause


def states() -> dict[str, str]:
    """What each state is called."""
    return {"works": _("Works"), "stopped": _("Stopped"), "learning": _("Still learning"), "paused": _("Paused")}


def silence(measured: Measured) -> str:
    """Why it opens no case in a scope, in a sentence that says what would change that; nothing where it does."""
    if measured.silent == "few":
        missing = max(1, measured.needed - round(measured.signal.above))
        return ngettext(
            "Too few of the drawn items it would flag have been judged: %(num)s more, if all are right.",
            "Too few of the drawn items it would flag have been judged: %(num)s more, if all are right.",
            missing,
        ) % {"num": missing}
    return {
        "": "",
        "learning": _("It has not seen enough decisions of both kinds yet."),
        "stopped": _("No version is at work."),
        "paused": _("It drifted and was paused. Look at what changed, then let it act again."),
        "unmeasured": _("Nobody knows how right it is on what nobody reports: plan a sample."),
        "below": _("On what nobody reports its precision does not reach the target at any score."),
    }[measured.silent]


def drifted(row: Pause) -> str:
    """What had drifted, with the numbers."""
    facts: dict[str, Any] = row.facts
    if row.kind == "scores":
        return _("On %(day)s its scores were unlike those of the %(days)s days before.") % facts
    lately, before = facts["lately"][0], facts["before"][0]
    return _("Of its latest %(of)s forecasts of decisions %(lately)s %% were right, before that %(before)s %%.") % {
        "of": facts["of"], "lately": round(100 * lately), "before": round(100 * before),
    }  # fmt: skip
