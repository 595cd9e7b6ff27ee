"""The loop that looks up what each new version of an item has in common with others, and puts it where equal things meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connection, transaction

from watchfloor.items import keys, queries
from watchfloor.items.models import ItemKey, ItemVersion
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger import rows

Watcher = Callable[[Sequence[ItemVersion]], object]
_watchers: list[Watcher] = []


def on_noted(watcher: Watcher) -> Watcher:
    """Have each new version (its item at hand) looked at once, in the transaction that keys it. Register in an app's ``ready``."""
    if watcher not in _watchers:
        _watchers.append(watcher)
    return watcher


def note_new(limit: int = 200) -> int:
    """Key up to ``limit`` versions that have none yet; how many. Safe in any number of processes at once.

    Keys of former versions stay: what an item once had in common it had. Erased content has no keys.
    """
    with transaction.atomic():
        waiting = list(
            ItemVersion.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(keyed=False)
            .select_related("item")[:limit]
        )
        if not waiting:
            return 0
        made: dict[tuple[int, int, object], ItemKey] = {}
        for version in waiting:
            if version.erased_at is not None:
                continue
            try:
                _, fields = queries.item_type(version.item.type_key)
            except BadInput:  # the type is gone; the item has nothing to be compared by
                continue
            for kind, key in keys.of(fields, version.data):
                made[(kind, key, version.item_id)] = ItemKey(kind=kind, key=key, item_id=version.item_id)
        if made:
            rows.insert([made[name] for name in sorted(made, key=str)], unless_known=True)
        for watcher in _watchers:
            watcher(waiting)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE items_version SET keyed = true WHERE hash = ANY(%s)", [[version.pk for version in waiting]]
            )
        return len(waiting)
