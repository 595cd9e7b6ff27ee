"""Options of the instance that consoles read. Ours are kept on our own console, so they are told here and set there: which rules a
takedown can name."""

from __future__ import annotations

from typing import Any, Final

from watchfloor.interop.atproto.asking import GET, Ask, method
from watchfloor.interop.atproto.methods.serving import ROLE
from watchfloor.policy import queries as policies

POLICIES: Final = "tools.ozone.setting.policyList"
SINCE: Final = "1970-01-01T00:00:00.000Z"  # policies have versions of their own; this list is made when it is asked for


@method("tools.ozone.setting.listOptions", GET, ())
def options(ask: Ask) -> dict[str, Any]:
    """The list of what can be found, for the instance. Options of persons are not kept here."""
    ask.limit()
    wanted, prefix = ask.many("keys"), ask.text("prefix")
    asked = POLICIES in wanted if wanted else POLICIES.startswith(prefix)
    if ask.text("scope", "instance") != "instance" or not asked or not ask.who.may("case.view", "review.work"):
        return {"options": []}
    return {"options": [{
        "key": POLICIES, "scope": "instance", "did": ask.here.did, "createdBy": ask.here.did, "lastUpdatedBy": ask.here.did,
        "createdAt": SINCE, "updatedAt": SINCE, "managerRole": f"{ROLE}Admin", "value": rules(ask),
    }]}  # fmt: skip


def rules(ask: Ask) -> dict[str, dict[str, Any]]:
    """Every violation type that the caller may find, by its key: what ``policies`` of an event may name."""
    out = {}
    for policy in policies.all_policies():
        if policy.clearance and not ask.actor.may("case.view", clearance=policy.clearance):
            continue
        for kind in policies.violations(policy.key):
            if not kind.archived:
                out[kind.key] = {"name": kind.key, "description": f"{policy.name}: {kind.name}"}
    return out
