"""A case of very many reports and a thread of very many posts, put straight into the tables: to look at, not to account for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Event
from watchfloor.review.models import Case, Report


def reports(case: Case, count: int, notes: Sequence[str] = ("",), *, events: bool = False) -> None:
    """``count`` further reports of different people; with ``events``, the ledger's lines about them, too."""
    now = clock.now()
    rows = [
        Report(
            id=new_id(), case=case, item_id=case.item_id, item_version=case.item_version, source="platform", channel="user",
            reporter_kind="user", reporter=f"many-{number}", reason_key=("spam", "scam", "hate-speech")[number % 3],
            note=notes[number % len(notes)], received_at=now - timedelta(seconds=number),
        )
        for number in range(count)
    ]  # fmt: skip
    Report.objects.bulk_create(rows, batch_size=2_000)
    case.refresh_from_db()
    Case.objects.filter(pk=case.pk).update(report_count=case.report_count + count)
    case.refresh_from_db()
    if not events:
        return
    data = {
        "reason": "spam", "reporter_kind": "user", "source": "platform", "joined": "open", "counted": True,
        "channel": "user",
    }  # fmt: skip
    lines = [
        Event(
            type="report.received", at=row.received_at, actor="system:intake", subject=f"report:{row.pk}",
            case_id=case.pk, data=data,
        )
        for row in rows
    ]  # fmt: skip
    Event.objects.bulk_create(lines, batch_size=2_000)


def thread(case: Case, count: int, texts: Sequence[str] = ("on and on",)) -> None:
    """Put ``count`` posts of others into the thread of the case's item; that item is then in their middle."""
    first = clock.now() - timedelta(days=2)
    own = ItemVersion.objects.get(pk=case.item_version)
    key = str(own.data.get("thread_id") or f"thread of {case.pk}")
    middle = (first + timedelta(seconds=10 * (count // 2) + 5)).isoformat()
    ItemVersion.objects.filter(pk=own.pk).update(data={**own.data, "thread_id": key, "created_at": middle})
    items, versions = [], []
    for number in range(count):
        name = f"{case.pk}-{number}"
        digest = hashlib.sha256(name.encode()).hexdigest()
        item = UUID(digest[:32])
        at = first + timedelta(seconds=10 * number)
        items.append(
            Item(
                id=item, type_key=case.item.type_key, external_id=f"post-{number}-{digest[:8]}", kind="content",
                current_version=digest, first_seen_at=at, author_id=case.item.author_id,
            )
        )  # fmt: skip
        data = {"text": f"{number}: {texts[number % len(texts)]}", "thread_id": key, "created_at": at.isoformat()}
        versions.append(ItemVersion(hash=digest, item_id=item, data=data, seen_at=clock.now()))
    Item.objects.bulk_create(items, batch_size=2_000)
    ItemVersion.objects.bulk_create(versions, batch_size=2_000)
