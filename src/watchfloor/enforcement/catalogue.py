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
from watchfloor.kernel.words import N_, Say, english


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What an effect may take its parameters from."""

    policy_key: str
    violation_key: str
    market: str
    fixed: dict[str, Any]  # the catalogue row's own parameters


class Effect:
    """The base: an effect without parameters, one per item.

    What it does and its ``inverse`` are words the platform knows. ``hold``, ``preview`` and ``notify`` say whether a second person
    must agree, what would happen, and whether the author is told.
    """

    key: ClassVar[str] = ""
    inverse: ClassVar[str] = ""
    target: ClassVar[str] = "item"  # item | author
    item_state: ClassVar[str] = ""  # what Item.state becomes while it is in force
    needs_approval: ClassVar[bool] = False  # the default of catalogue rows
    restricts: ClassVar[bool] = True  # a restriction in the sense of DSA, Article 17(1): a statement of reasons is owed
    lasting: ClassVar[bool] = True  # there is something to be in force; a warning or a cut is over when it is done
    fixable: ClassVar[bool] = False  # it ends when the platform says that what was wrong is mended
    says: ClassVar[str] = N_("Does something to it.")  # one sentence for who decides

    def params(self, given: Given) -> dict[str, Any]:
        """The parameters sent to the platform; JSON values."""
        return dict(given.fixed)

    def slot(self, params: dict[str, Any]) -> str:
        """Actions with the same slot on one item are one effect: a second one changes nothing but how long it lasts."""
        return self.key

    def hold(self, given: Given, params: dict[str, Any]) -> bool:
        """Whether these particulars ask for a second person, beside what the catalogue row says."""
        return False

    def preview(self, params: dict[str, Any], say: Say = english) -> str:
        """What it would do, in one sentence."""
        return say(self.says)

    def notify(self, params: dict[str, Any]) -> bool:
        """Whether the author is told of it."""
        return True


class Warn(Effect):
    """Tell the author; nothing else changes. Taken back by saying so."""

    key, inverse, target, restricts, lasting = "warn", "retract_warning", "author", False, False
    says = N_("Tells the author; nothing else changes.")


class Label(Effect):
    """Put a public label on the item; the value is the catalogue row's, else the policy's key."""

    key, inverse = "label", "remove_label"
    says = N_("Puts a public label on it.")

    def params(self, given: Given) -> dict[str, Any]:
        return {"value": given.policy_key, **given.fixed}

    def slot(self, params: dict[str, Any]) -> str:
        return f"label:{params['value']}"


class AgeGate(Effect):
    """Show it to adults only."""

    key, inverse, item_state = "age_gate", "lift_age_gate", "restricted"
    says = N_("Shows it to adults only.")


class ReduceReach(Effect):
    """Keep it, but do not recommend or amplify it."""

    key, inverse, item_state = "reduce_reach", "restore_reach", "restricted"
    says = N_("Keeps it, but recommends and amplifies it no more.")


class Remove(Effect):
    """Take it down for everybody."""

    key, inverse, item_state = "remove", "restore", "removed"
    says = N_("Takes it down for everybody.")


class GeoRestrict(Effect):
    """Hide it in the markets where the finding holds (the case's market unless the row says which)."""

    key, inverse, item_state = "geo_restrict", "lift_geo_restrict", "restricted"
    says = N_("Hides it in some markets.")

    def params(self, given: Given) -> dict[str, Any]:
        return {"markets": [given.market] if given.market else [], **given.fixed}

    def slot(self, params: dict[str, Any]) -> str:
        return "geo:" + ",".join(sorted(params["markets"]))


class Suspend(Effect):
    """Close the account, for a time or for good."""

    key, inverse, target, item_state = "suspend", "unsuspend", "author", "removed"
    says = N_("Closes the account: it neither posts nor is seen.")


class LimitFeatures(Effect):
    """Take some abilities of the account away (posting links, messaging strangers ...)."""

    key, inverse, target, item_state = "limit_features", "restore_features", "author", "restricted"
    says = N_("Takes some abilities of the account away.")

    def slot(self, params: dict[str, Any]) -> str:
        return "limit:" + ",".join(sorted(params.get("features", [])))


class Lock(Effect):
    """Let the owner in only after proving who they are."""

    key, inverse, target, item_state, fixable = "lock", "unlock", "author", "restricted", True
    says = N_("Lets the owner in only after proving who they are.")


class LockUntilFixed(Effect):
    """Hide it until what is wrong with it is mended: it ends when the platform says so, or a person."""

    key, inverse, item_state, fixable = "lock_until_fixed", "release_fixed", "restricted", True
    says = N_("Hides it until what is wrong with it is mended.")

    def params(self, given: Given) -> dict[str, Any]:
        return {"mend": given.violation_key, **given.fixed}


class LimitApp(Effect):
    """Let an application do less: fewer calls, or without some of its permissions."""

    key, inverse, item_state = "limit_app", "lift_app_limit", "restricted"
    says = N_("Lets the application do less on the API.")

    def slot(self, params: dict[str, Any]) -> str:
        return "limit_app:" + ",".join(sorted(params.get("scopes", [])))

    def hold(self, given: Given, params: dict[str, Any]) -> bool:
        return params.get("calls_per_hour") == 0  # as good as revoked


class RevokeAppToken(Effect):
    """Cut an application off the platform's API."""

    key, inverse, item_state, needs_approval = "revoke_app_token", "restore_app_token", "restricted", True
    says = N_("Cuts the application off the API; everybody who uses it is affected.")


class StopStream(Effect):
    """Cut a live broadcast off. What was cut cannot be given back: it has no inverse."""

    key, item_state, lasting = "stop_stream", "removed", False
    says = N_("Cuts the broadcast off. This cannot be undone.")


BUILT_IN: tuple[type[Effect], ...] = (
    Warn, Label, AgeGate, ReduceReach, Remove, GeoRestrict, Suspend, LimitFeatures, Lock, LockUntilFixed, LimitApp,
    RevokeAppToken, StopStream,
)  # fmt: skip


@cache
def effects() -> dict[str, Effect]:
    """All effects by key: the built-in ones and those of installed packages."""
    found = {cls.key: cls() for cls in BUILT_IN}
    for point in entry_points(group="watchfloor.actions"):
        cls = point.load()
        if not (isinstance(cls, type) and issubclass(cls, Effect) and cls.key and cls.target in ("item", "author")):
            raise BadInput(
                "bad_effect", f"The entry point {point.name!r} names no action class.", where=point.value,
                hint="A subclass of watchfloor.enforcement.catalogue.Effect with a key, and the target item or author.",
            )  # fmt: skip
        if cls.key in found:
            raise BadInput("bad_effect", f"There are two action classes {cls.key!r}.", where=point.value)
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
