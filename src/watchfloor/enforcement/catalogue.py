"""What actions can do: one small class per effect. The entries reviewers pick (suspended for 24 hours, for 7 days) are data over these.

A team adds its own with the entry point group ``watchfloor.actions``: a subclass of ``Effect`` under its ``key``, and a row in
the catalogue that names it in ``does``.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Any, ClassVar

import msgspec

from watchfloor.kernel.errors import BadInput


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What an effect may take its parameters from."""

    policy_key: str
    violation_key: str
    market: str
    fixed: dict[str, Any]  # the catalogue row's own parameters


class Effect:
    """The base: an effect without parameters, one per item."""

    key: ClassVar[str] = ""
    inverse: ClassVar[str] = ""
    target: ClassVar[str] = "item"  # item | author
    item_state: ClassVar[str] = ""  # what Item.state becomes while it is in force
    needs_approval: ClassVar[bool] = False  # the default of catalogue rows
    restricts: ClassVar[bool] = True  # a restriction in the sense of DSA, Article 17(1): a statement of reasons is owed

    def params(self, given: Given) -> dict[str, Any]:
        """The parameters sent to the platform; JSON values."""
        return dict(given.fixed)

    def slot(self, params: dict[str, Any]) -> str:
        """Actions with the same slot on one item are one effect: a second one changes nothing but how long it lasts."""
        return self.key


class Warn(Effect):
    """Tell the author; nothing else changes. Taken back by saying so."""

    key, inverse, target, restricts = "warn", "retract_warning", "author", False


class Label(Effect):
    """Put a public label on the item; the value is the catalogue row's, else the policy's key."""

    key, inverse = "label", "remove_label"

    def params(self, given: Given) -> dict[str, Any]:
        return {"value": given.policy_key, **given.fixed}

    def slot(self, params: dict[str, Any]) -> str:
        return f"label:{params['value']}"


class AgeGate(Effect):
    """Show it to adults only."""

    key, inverse, item_state = "age_gate", "lift_age_gate", "restricted"


class ReduceReach(Effect):
    """Keep it, but do not recommend or amplify it."""

    key, inverse, item_state = "reduce_reach", "restore_reach", "restricted"


class Remove(Effect):
    """Take it down for everybody."""

    key, inverse, item_state = "remove", "restore", "removed"


class GeoRestrict(Effect):
    """Hide it in the markets where the finding holds (the case's market unless the row says which)."""

    key, inverse, item_state = "geo_restrict", "lift_geo_restrict", "restricted"

    def params(self, given: Given) -> dict[str, Any]:
        return {"markets": [given.market] if given.market else [], **given.fixed}

    def slot(self, params: dict[str, Any]) -> str:
        return "geo:" + ",".join(sorted(params["markets"]))


class Suspend(Effect):
    """Close the account, for a time or for good."""

    key, inverse, target, item_state = "suspend", "unsuspend", "author", "removed"


class LimitFeatures(Effect):
    """Take some abilities of the account away (posting links, messaging strangers ...)."""

    key, inverse, target, item_state = "limit_features", "restore_features", "author", "restricted"

    def slot(self, params: dict[str, Any]) -> str:
        return "limit:" + ",".join(sorted(params.get("features", [])))


class Lock(Effect):
    """Let the owner in only after proving who they are."""

    key, inverse, target, item_state = "lock", "unlock", "author", "restricted"


class RevokeAppToken(Effect):
    """Cut an application off the platform's API."""

    key, inverse, item_state, needs_approval = "revoke_app_token", "restore_app_token", "restricted", True


class StopStream(Effect):
    """Cut a live broadcast off. What was cut cannot be given back: it has no inverse."""

    key, item_state = "stop_stream", "removed"


BUILT_IN: tuple[type[Effect], ...] = (
    Warn, Label, AgeGate, ReduceReach, Remove, GeoRestrict, Suspend, LimitFeatures, Lock, RevokeAppToken, StopStream,
)  # fmt: skip


@cache
def effects() -> dict[str, Effect]:
    """All effects by key: the built-in ones and those of installed packages."""
    found = {cls.key: cls() for cls in BUILT_IN}
    for point in entry_points(group="watchfloor.actions"):
        cls = point.load()
        found[cls.key] = cls()
    return found


def effect(key: str) -> Effect:
    """One effect; ``BadInput`` with the known ones when there is no such."""
    if key not in effects():
        raise BadInput(
            "unknown_effect", f"There is no action class {key[:60]!r}.", where="does",
            hint="Known: " + ", ".join(sorted(effects())),
        )  # fmt: skip
    return effects()[key]
