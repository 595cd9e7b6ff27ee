"""What of enforcement goes by a policy: the actions its violation types lead to, strikes that stand under them."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.enforcement import queries
from watchfloor.enforcement.models import Strike
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.policy import queries as policies
from watchfloor.policy.touches import Change, Touch


def tell(actor: Actor, change: Change) -> Iterable[Touch]:
    """Registered in this context's ``ready``."""
    enabled = {kind.key: kind.name for kind in queries.kinds()}
    wanted = {key for kind in change.document.kinds or () for key in kind.actions}
    missing = sorted(wanted - enabled.keys())
    yield Touch(
        kind="actions", label=_("Actions its violation types lead to"), count=len(wanted), stale=len(missing),
        url=reverse("enforcement-actions"), names=tuple(missing or sorted(enabled[key] for key in wanted)),
        note=_("These are not in the catalogue, or are switched off: nothing would be done.") if missing else "",
    )  # fmt: skip
    known = access.rows(actor, "enforcement.view", market="market", severity="severity")
    cleared = actor.may("enforcement.view", clearance=policies.policy(change.policy_key).clearance)
    strikes = Strike.objects.filter(known, policy_key=change.policy_key, state="active")
    standing = strikes.count() if cleared else 0
    yield Touch(
        kind="strikes", label=_("Strikes that stand under it"), count=standing, moving=True,
        note=_("They stay as they were given."),
    )  # fmt: skip
