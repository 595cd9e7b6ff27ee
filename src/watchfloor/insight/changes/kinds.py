"""The kinds of change, as data: how each is called and drawn, and which of them people may write down themselves."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext_noop as N_


class Kind(msgspec.Struct, frozen=True):
    """One kind of change."""

    key: str
    title: str
    sign: str
    tone: str = ""


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("policy", N_("Policy"), "scale", "accent"),
        Kind("rule", N_("Rule"), "code", "violet"),
        Kind("model", N_("Model"), "bulb", "violet"),
        Kind("threshold", N_("Threshold or limit"), "adjustments"),
        Kind("routing", N_("Routing"), "git-branch", "accent"),
        Kind("due_times", N_("Due times and priority"), "clock", "accent"),
        Kind("staffing", N_("Vendor or shift"), "users"),
        Kind("training", N_("Training"), "school"),
        Kind("release", N_("Release"), "arrow-up"),
        Kind("outage", N_("Outage"), "alert-triangle", "red"),
        Kind("automation", N_("Automation"), "player-pause", "red"),
        Kind("surge", N_("Surge"), "urgent", "red"),
        Kind("holiday", N_("Holiday"), "calendar"),
        Kind("world", N_("World event"), "world"),
        Kind("other", N_("Other"), "flag"),
    )
}

# What a change may say it reached. The dimensions of facts, and names of what was changed.
SCOPES = ("policy", "market", "language", "queue", "vendor", "channel", "surface", "app", "rule")
