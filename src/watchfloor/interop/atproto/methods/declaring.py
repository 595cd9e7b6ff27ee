"""What kind of labeler we are: the record by which clients of the protocol learn which labels we put on and which reports we take."""

from __future__ import annotations

from typing import Any

from watchfloor.enforcement import queries as enforcement
from watchfloor.interop.atproto.asking import GET, Ask, Wrong, method
from watchfloor.interop.atproto.domain import names
from watchfloor.policy import queries as policies

COLLECTION = "app.bsky.labeler.service"
LAST_CHANGED = "2026-01-01T00:00:00.000Z"  # clients want a time; the record is made of what is in force when it is read


@method("com.atproto.repo.getRecord", GET, None)
def get_record(ask: Ask) -> dict[str, Any]:
    """Our own declaration; no other record is kept here."""
    own = (ask.text("repo"), ask.text("collection"), ask.text("rkey"))
    if own not in ((ask.here.did, COLLECTION, "self"), (ask.here.domain, COLLECTION, "self")):
        raise Wrong(400, "RecordNotFound", "Could not locate record.")
    return {"uri": f"at://{ask.here.did}/{COLLECTION}/self", "cid": names.cid_of(""), "value": declaration()}


def declaration() -> dict[str, Any]:
    """The record of the labeler that we are."""
    reasons = [token for each in policies.offered_reasons() for token in each.atproto]
    return {
        "$type": COLLECTION, "createdAt": LAST_CHANGED, "policies": {"labelValues": label_values(), "labelValueDefinitions": []},
        "reasonTypes": sorted(set(reasons)), "subjectTypes": ["account", "record", "chat"],
    }  # fmt: skip


def label_values() -> list[str]:
    """The labels the catalogue can put on: an entry's own value, else the key of any policy."""
    kinds = [each for each in enforcement.kinds() if each.does == "label"]
    fixed = {str(each.params["value"]) for each in kinds if each.params.get("value")}
    free = any(not each.params.get("value") for each in kinds)
    return sorted(fixed | ({row.key for row in policies.all_policies() if not row.clearance} if free else set()))
