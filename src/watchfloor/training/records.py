"""Results of exams for a learning record store: its settings, and the messages that wait for it. The only writer of both.

A message says which exam; the statements are made when it is sent. Each has the same id however often it is sent, so a store keeps it
once. The name and the secret are write-only.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec
from django.conf import settings

from watchfloor.items.media import sealed
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import Writer
from watchfloor.platform import config, targets
from watchfloor.training.events_records import RecordsAsked, RecordStoreSaved
from watchfloor.training.models import RecordStore, Sitting
from watchfloor.training.record_client import Client, Later, Refused, sentence
from watchfloor.training.statements import OVER

TOPIC: Final = "xapi"
MOST: Final = 5_000  # earlier exams asked for at once


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What the form says. Empty ``name`` and ``secret`` leave those there are."""

    url: str
    name: str = ""
    secret: str = ""
    on: bool = False


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Messages by what became of them, and what the store said last of those that failed."""

    sent: int
    waiting: int
    dead: int
    error: str


def current() -> RecordStore | None:
    """The settings, None before anybody saved them."""
    return RecordStore.objects.first()


def home() -> str:
    """The address below which accounts and questions are named."""
    return str(settings.PUBLIC_URL).rstrip("/")


def save(w: Writer, given: Given) -> RecordStore:
    """Keep them. Raises ``BadInput`` naming the field."""
    row = RecordStore.objects.select_for_update().first()
    values = _checked(given, row) | {"changed_by": w.actor, "changed_at": clock.now()}
    row = w.create(RecordStore, **values) if row is None else w.update(row, **values)
    w.event(RecordStoreSaved(enabled=row.on), row)
    return row


def client(row: RecordStore) -> Client:
    """A connection as the saved account."""
    return Client(row.url, _opened(row.name, "name"), _opened(row.secret, "secret"))


def ask(row: RecordStore) -> list[str]:
    """Whether the store lets us in; the versions of xAPI it speaks. Raises ``BadInput`` with a sentence where it does not."""
    try:
        with client(row) as store:
            found = store.versions()
            store.let_in()
    except Refused as refused:
        raise sentence(refused) from None
    except Later as later:
        raise BadInput("not_there", later.why, where="url") from None
    if not any(each.startswith("1.0") for each in found):
        raise BadInput("other_version", "The store does not say that it speaks xAPI 1.0.", where="url",
                       hint="The address is the one that /statements is below.")  # fmt: skip
    return found


def tell(w: Writer, sitting: Sitting) -> None:
    """An exam is over: the store hears of it, where there is one that is on."""
    row = current()
    if row is not None and row.on and sitting.state in OVER:
        _send(w, sitting.pk)


def tell_earlier(w: Writer) -> int:
    """Have the store hear of exams that were over before it was there; how many."""
    row = RecordStore.objects.select_for_update().first()
    if row is None or not row.on:
        raise BadInput("not_on", "Nothing is sent while the store is off.", where="on")
    known = set(Outbox.objects.filter(topic=TOPIC).values_list("key", flat=True))
    over = Sitting.objects.filter(state__in=OVER).order_by("finished_at", "pk")
    missing = [pk for pk in over.values_list("pk", flat=True) if _key(pk) not in known][:MOST]
    for pk in missing:
        _send(w, pk)
    w.event(RecordsAsked(total=len(missing)), row)
    return len(missing)


def standing() -> Standing:
    """How sending goes."""
    rows = Outbox.objects.filter(topic=TOPIC)
    failed = rows.filter(state__in=["failed", "dead"]).exclude(last_error="").order_by("-sent_at")
    return Standing(
        sent=rows.filter(state="confirmed").count(), waiting=rows.filter(state__in=["pending", "failed"]).count(),
        dead=rows.filter(state="dead").count(), error=failed.values_list("last_error", flat=True).first() or "",
    )  # fmt: skip


def dead() -> list[UUID]:
    """Messages that were given up."""
    return list(Outbox.objects.filter(topic=TOPIC, state="dead").values_list("pk", flat=True))


def _send(w: Writer, sitting: UUID) -> None:
    w.send(TOPIC, lane=TOPIC, key=_key(sitting), payload={"sitting": str(sitting)}, subject=f"sitting:{sitting}")


def _key(sitting: UUID) -> str:
    return f"{TOPIC}.{sitting}"


def _checked(given: Given, row: RecordStore | None) -> dict[str, Any]:
    url = given.url.strip().rstrip("/")
    if len(url) > 200 or "?" in url:
        raise BadInput("bad_url", "Write the store's address alone.", where="url", hint="https://lrs.example.org/xapi")
    try:
        targets.check_url(url)
    except BadInput as wrong:
        raise BadInput(wrong.code, wrong.message, where="url", hint=wrong.hint) from None
    name, secret = given.name.strip(), given.secret.strip()
    moved = row is None or row.url != url
    if moved and not name:
        raise BadInput("no_name", "Write the name of the account at the store.", where="name",
                       hint="It is never sent to a place it was not typed for.")  # fmt: skip
    if (moved or name) and not secret:
        raise BadInput("no_secret", "Write the secret of the account at the store.", where="secret",
                       hint="It is never sent to a place it was not typed for.")  # fmt: skip
    if ":" in name or max(len(name), len(secret)) > 500 or not (name + secret).isprintable():
        raise BadInput("bad_name", "A name has no colon, and neither is longer than 500 letters.", where="name")
    values: dict[str, Any] = {"url": url, "on": given.on}
    if name:
        values["name"] = sealed.wrap(_seal()[0], name.encode(), "records:name")
    if secret:
        values["secret"] = sealed.wrap(_seal()[0], secret.encode(), "records:secret")
    return values


def _opened(data: bytes | memoryview, label: str) -> str:
    return sealed.unwrap(_seal(), bytes(data), f"records:{label}").decode()


@cache
def _seal() -> tuple[bytes, ...]:
    return sealed.ring(config.secrets_of("records.key"), "records:")


def wanted(pk: UUID) -> Sitting:
    """The exam of a message. Raises ``NotFound`` when it is none that is over."""
    row = Sitting.objects.filter(pk=pk, state__in=OVER).first()
    if row is None:
        raise NotFound("unknown_sitting", "There is no such exam.")
    return row
