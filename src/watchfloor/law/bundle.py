"""What is held of a person, as one JSON document: theirs to have (Regulation (EU) 2016/679, article 15).

What would tell on others is not in it: who reported them, what colleagues wrote to each other, how detection works.
"""

from __future__ import annotations

from typing import Any

import msgspec

from watchfloor.enforcement.models import Action, Notice, Strike
from watchfloor.items.media.models import MediaLink
from watchfloor.items.models import Item, ItemVersion, Label
from watchfloor.kernel import clock, ids
from watchfloor.law.erasing import who
from watchfloor.law.models import Request
from watchfloor.ledger.writer import plain
from watchfloor.review.models import Appeal, Case, Decision, Report


def of(account: Item) -> bytes:
    """The document, indented."""
    return msgspec.json.format(msgspec.json.encode(plain(collect(account))), indent=2)


def collect(account: Item) -> dict[str, Any]:
    """The same as a dictionary."""
    person = who.of(account)
    mine = [*person.items, *person.held]  # what a hold keeps is held of them, too
    return {
        "made_at": clock.now(),
        "account": {"type": account.type_key, "id": account.external_id, "first_seen_at": account.first_seen_at},
        "items": [_item(row) for row in Item.objects.filter(pk__in=mine).order_by("first_seen_at", "pk")],
        "reports_sent": [
            {"receipt": ids.encode("rpt", row.pk), "reason": row.reason_key, "note": row.note, "sent_at": row.received_at,
             "outcome": row.outcome}
            for row in Report.objects.filter(reporter=account.external_id).order_by("received_at")
        ],
        "decisions": [
            {"id": ids.encode("dec", row.pk), "verdict": row.verdict, "violation": row.violation_key, "policy": row.policy_key,
             "by_a_rule": row.origin == "rule", "at": row.at, "still_stands": row.superseded_at is None}
            for row in Decision.objects.filter(case__in=Case.objects.filter(item__in=mine)).order_by("at")
        ],
        "actions": [
            {"id": ids.encode("act", row.pk), "kind": row.kind_key, "state": row.state, "at": row.created_at, "until": row.expires_at}
            for row in Action.objects.filter(item__in=mine).order_by("created_at")
        ],
        "strikes": [
            {"points": row.points, "policy": row.policy_key, "state": row.state, "given_at": row.given_at, "expires_at": row.expires_at}
            for row in Strike.objects.filter(account=account).order_by("given_at")
        ],
        "labels": list(
            Label.objects.filter(item__in=mine, public=True, removed_at__isnull=True).order_by("added_at").values("value", "added_at")
        ),
        "notices": list(
            Notice.objects.filter(recipient=account.external_id).order_by("created_at").values("subject", "body", "language", "created_at")
        ),
        "appeals": [
            {"id": ids.encode("apl", row.pk), "decision": ids.encode("dec", row.decision_id), "grounds": row.grounds, "state": row.state,
             "filed_at": row.filed_at, "decided_at": row.decided_at}
            for row in Appeal.objects.filter(appellant=account.external_id).order_by("filed_at")
        ],
        "requests": list(
            Request.objects.filter(account_id=account.external_id, account_type=account.type_key).order_by("received_at")
            .values("kind", "text", "received_at", "state")
        ),
    }  # fmt: skip


def _item(row: Item) -> dict[str, Any]:
    versions = ItemVersion.objects.filter(item=row, erased_at__isnull=True).order_by("seen_at")
    return {
        "type": row.type_key, "id": row.external_id, "state": row.state, "first_seen_at": row.first_seen_at,
        "versions": [{"sha256": each.hash, "seen_at": each.seen_at, "data": each.data} for each in versions],
        "media": list(
            MediaLink.objects.filter(item_version__in=versions.values("hash")).order_by("field", "place")
            .values("field", "alt", "media__kind", "media__bytes", "media__sha256")
        ),
    }  # fmt: skip
