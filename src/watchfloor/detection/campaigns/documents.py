"""A campaign as a document: what the JSON file and the API say of it."""

from __future__ import annotations

from typing import Any

from watchfloor.detection.campaigns.queries import Sum
from watchfloor.detection.campaigns.reading import Seen
from watchfloor.kernel.ids import encode


def summary(each: Sum) -> dict[str, Any]:
    """A campaign in one row."""
    return {
        "id": each.campaign.pk, "policy": each.campaign.policy_key, "state": each.campaign.state, "items": each.items,
        "accounts": each.accounts, "last_day": each.day, "first_seen": each.first, "last_seen": each.last, "since_state": each.since,
    }  # fmt: skip


def document(seen: Seen) -> dict[str, Any]:
    """All of one. A shared key that is kept as a keyed hash only has no ``value``."""
    return {
        **summary(seen.sum),
        "members": [
            {"item": encode("itm", each.item.pk), "type": each.item.type_key, "name": each.item.external_id,
             "account": each.account_name, "first_seen": each.item.first_seen_at, "joined": each.joined_at, "why": each.why,
             "app": each.app}
            for each in seen.members
        ],
        "edges": [
            {"left": encode("itm", each.left), "right": encode("itm", each.right), "kind": each.kind, "value": each.value,
             "token": each.token, "distance": each.distance}
            for each in seen.edges
        ],
        "shared": [
            {"kind": each.kind, "value": each.value, "token": each.token, "items": each.items, "accounts": each.accounts}
            for each in seen.shared
        ],
    }  # fmt: skip
