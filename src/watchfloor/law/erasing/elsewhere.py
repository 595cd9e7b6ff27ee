"""What of a person lies outside the projections: versions of items, keys, spool, outbox, models, media, the lake, logs and exports.

Each step says how much it took away, can be done again after a crash, and finds nothing the second time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
from django.db import connection
from django.db.models import Q

from watchfloor.detection import lists_in_force
from watchfloor.detection.models import DueLabel, ListEntry, RuleSample, TextModel
from watchfloor.enforcement.models import Attempt
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.intake import lake_care
from watchfloor.intake.models import Spooled
from watchfloor.items.media import actions as media_actions
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.items.models import Item, ItemKey, ItemVersion
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.law.erasing.who import Person
from watchfloor.law.events import RowsErased
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import Writer
from watchfloor.platform import config
from watchfloor.review.models import ReporterTally

WAITING: Final = ("pending", "failed")  # the platform must still be told of these
ERASED: Final = "erased"


def derived(w: Writer, who: Person) -> dict[str, int]:
    """Rows that follow from others and are simply deleted."""
    found = {
        "items_key": ItemKey.objects.filter(item__in=who.items).delete()[0],
        "review_reporter_tally": ReporterTally.objects.filter(reporter=who.external).delete()[0],
        "detection_rule_sample": RuleSample.objects.filter(item__in=who.items).delete()[0],
        "detection_due_label": 0,
    }
    for kind, name in who.named:
        found["detection_due_label"] += DueLabel.objects.filter(item_type=kind, external_id=name).delete()[0]
    return found


def listed(w: Writer, who: Person) -> dict[str, int]:
    """Entries of lists that name them: no list finds them any more, and their value is gone."""
    rows = ListEntry.objects.select_for_update().filter(value__in=who.marks)
    count = 0
    for row in rows:
        row.value, row.key, row.reason = f"{ERASED}:{row.pk}", os.urandom(16), ""
        row.removed_why = "" if row.removed_why else row.removed_why
        row.save()
        count += 1
    if count:
        lists_in_force.forget()
    return {"detection_list_entry": count}


def spooled(w: Writer, who: Person) -> dict[str, int]:
    """Raw bytes of what came in from them and about them; what waits to be worked is not worked any more."""
    by_receipt = Q(pk__in=who.reports)
    rows = list(
        Spooled.objects.select_for_update().filter(by_receipt).exclude(body__isnull=True, key__isnull=True, error="")
    )
    known = {row.pk for row in rows}
    for mark in sorted({who.external, *(name for _, name in who.named)}):
        wanted = mark.encode()
        with connection.cursor() as cursor:  # as JSON writes it, and as bytes that are no JSON have it
            cursor.execute(
                "SELECT id FROM intake_spool WHERE body IS NOT NULL AND position(%s::bytea in body) > 0", [wanted]
            )
            near = [row[0] for row in cursor.fetchall() if row[0] not in known]
        for row in Spooled.objects.select_for_update().filter(pk__in=near):
            if _names(bytes(row.body or b""), mark):
                rows.append(row)
                known.add(row.pk)
    for row in rows:
        row.body, row.error = None, ""
        if row.key:
            row.key = f"{ERASED}:{row.pk}"
        if row.state in (Spooled.State.WAITING, Spooled.State.STREAMED, Spooled.State.QUARANTINED):
            row.state = Spooled.State.DISCARDED
        row.save(update_fields=["body", "error", "key", "state"])
    return {"intake_spool": len(rows)}


def _names(body: bytes, mark: str) -> bool:
    """Whether a value in there is exactly this id; bytes that are no JSON are taken to, where the id is long enough to be one."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return len(mark) >= 5
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, dict):
            todo.extend(each.values())
        elif isinstance(each, list):
            todo.extend(each)
        elif str(each) == mark:
            return True
    return False


def told(w: Writer, who: Person) -> dict[str, int]:
    """Messages to the platform that were confirmed or given up, and the tries to deliver them."""
    subjects = [f"{kind}:{pk}" for kind, each in (("item", who.items), ("case", who.cases)) for pk in each]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_outbox WHERE NOT (state = ANY(%s)) AND payload <> '{}'::jsonb AND (subject = ANY(%s) OR EXISTS"
            " (SELECT FROM unnest(%s::text[]) AS m WHERE strpos(payload::text, to_json(m)::text) > 0"
            " OR (length(m) >= 5 AND strpos(payload::text, m) > 0)))",
            [list(WAITING), subjects, sorted({who.external, *who.marks, *(name for _, name in who.named)})],
        )
        found = [row[0] for row in cursor.fetchall()]
    Outbox.objects.filter(pk__in=found).update(payload={}, last_error="")
    tries = Attempt.objects.filter(outbox_id__in=found).exclude(error="").update(error="")
    return {"ledger_outbox": len(found), "enforcement_attempt": tries}


def models(w: Writer, who: Person) -> dict[str, int]:
    """Text models unlearn what the person wrote: they are then as if they had never seen it (``engines.textmodels``)."""
    changed = 0
    for row in TextModel.objects.select_for_update().order_by("pk") if who.texts else ():
        try:
            model, touched = OnlineClassifier.from_bytes(bytes(row.blob)), False
        except BadInput:  # another version of the program wrote it, or it is torn: nobody can use it
            row.delete()
            changed += 1
            continue
        for text in who.texts:
            for label in (True, False):
                while True:
                    try:
                        model.unlearn(text, label)
                    except NotFound:
                        break
                    touched = True
        if touched:
            row.blob = model.to_bytes()
            row.save(update_fields=["blob"])
            changed += 1
    return {"detection_text_model": changed}


def shred_media(w: Writer, who: Person) -> dict[str, int]:
    """Pictures, video and sound that only their items show: the key is dropped and the files go."""
    links = MediaLink.objects.filter(item_version__in=who.versions)
    shared = MediaLink.objects.exclude(item_version__in=who.versions).values("media")
    count = 0
    for row in Media.objects.filter(pk__in=links.values("media")).exclude(pk__in=shared).order_by("pk"):
        if row.state != Media.State.GONE or row.key is not None:
            media_actions.erase(w, row, why="a person is erased")
            count += 1
        if row.seal is not None:
            w.update(row, url="", url_hash="", why="", seal=None)
            w.wrote(row, *sorted(row.private))
            w.event(RowsErased(table="items_media", rows=1, digest=""), row)
    links.exclude(alt="").update(alt="")
    return {"items_media": count}


def versions(w: Writer, who: Person) -> dict[str, int]:
    """What their items looked like."""
    rows = ItemVersion.objects.filter(item__in=who.items, erased_at__isnull=True)
    return {"items_version": rows.update(data={}, erased_at=clock.now())}


def names(w: Writer, who: Person) -> dict[str, int]:
    """Last of all: the platform's names of their items. Of an account with something held the account's own stays."""
    kept = {who.account} if who.held else set()
    count = 0
    for row in Item.objects.select_for_update().filter(pk__in=set(who.items) - kept).order_by("pk"):
        if row.seal is None:
            continue
        w.update(row, external_id=f"{ERASED}:{row.pk}", seal=None)
        w.event(RowsErased(table="items_item", rows=1, digest=""), row)
        count += 1
    return {"items_item": count}


STEPS: Final[tuple[Callable[[Writer, Person], dict[str, int]], ...]] = (
    spooled,
    told,
    derived,
    listed,
    models,
    shred_media,
)
_ALSO: list[Callable[[Writer, Person], dict[str, int]]] = []


def also(step: Callable[[Writer, Person], dict[str, int]]) -> None:
    """A context above this one has something of people too, and takes it away by this. Called in its app's ``ready``."""
    if step not in _ALSO:
        _ALSO.append(step)


def steps() -> tuple[Callable[[Writer, Person], dict[str, int]], ...]:
    """All of them, in their order."""
    return (*STEPS, *_ALSO)


def lake(who: Person) -> int:
    """Platform events about their items and by them; all events where nothing of them is held."""
    persons = [] if who.held else [who.external]
    receipts: set[str] = set()
    count = lake_care.erase(items=who.named, persons=persons, receipts=receipts)
    # The keys that senders gave these are words of theirs, too. A receipt stays; it says nothing.
    of_them = [ids.decode(each.partition("_")[0], each) for each in receipts]
    for start in range(0, len(of_them), 1000):
        for row in Spooled.objects.filter(pk__in=of_them[start : start + 1000], key__isnull=False):
            Spooled.objects.filter(pk=row.pk).update(key=f"{ERASED}:{row.pk}")
    return count


def logs(who: Person, root: Path | None = None) -> int:
    """Lines of log files that name them; in place, for the files are open."""
    count = 0
    marks = [mark.encode() for mark in who.marks]
    folder = (root or config.home()) / "log"
    for path in sorted(folder.rglob("*")) if marks and folder.exists() else ():
        if path.is_file():
            count += _without(path, marks)
    return count


def exports(who: Person, root: Path | None = None) -> int:
    """Files in the folder of exports in which they are named: deleted whole, for a copy can be made again."""
    folder = (root or config.home()) / "exports"
    marks = [mark.encode() for mark in who.marks]
    count = 0
    for path in sorted(folder.rglob("*")) if marks and folder.exists() else ():
        if path.is_file() and (path.suffix in (".parquet", ".gz", ".zip") or _says(path, marks)):
            path.unlink()
            count += 1
    return count


def _without(path: Path, marks: Iterable[bytes]) -> int:
    if not _says(path, marks):
        return 0
    found = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in found if not any(mark in line for mark in marks)]
    with path.open("r+b") as file:
        file.write(b"".join(kept))
        file.truncate()
        os.fsync(file.fileno())
    return len(found) - len(kept)


def _says(path: Path, marks: Iterable[bytes]) -> bool:
    content: Any = path.read_bytes()
    return any(mark in content for mark in marks)
