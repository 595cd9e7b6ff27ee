"""The only writers of exchanges: set up, changed, paused, read now, given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from watchfloor.detection.banks.models import Bank
from watchfloor.detection.exchanges import applying, sealing
from watchfloor.detection.exchanges.events import ExchangeArchived, ExchangePaused, ExchangeSaved
from watchfloor.detection.exchanges.kinds import KINDS
from watchfloor.detection.exchanges.kinds.base import Field
from watchfloor.detection.exchanges.models import Exchange, Signal
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer
from watchfloor.platform import targets

LEAST_MINUTES, MOST_MINUTES = 5, 7 * 24 * 60


class ExchangeIn(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange as somebody sets it up. ``secret``: None leaves what is kept; otherwise all of it is set anew."""

    name: str
    kind: str
    settings: dict[str, Any] = {}
    secret: dict[str, str] | None = None
    every_minutes: int = 60
    feedback: bool = True


def create_exchange(w: Writer, bank: Bank, given: ExchangeIn) -> Exchange:
    """A new exchange, read at once.

    Raises:
        BadInput: a setting cannot be. Conflict: there is one of that name.
    """
    if given.kind not in KINDS:
        raise BadInput(
            "unknown_kind", f"{given.kind[:40]!r} is no kind of exchange.", where="kind", hint=", ".join(KINDS)
        )
    name = given.name.strip()
    if not name or len(name) > 60 or not all(char.isascii() and (char.isalnum() or char in "-_") for char in name):
        raise BadInput("bad_name", "A name has letters, digits, - and _ only, at most 60.", where="name")
    if bank.archived_at is not None:
        raise Conflict("archived", f"The bank {bank.name} is out of use.", where="bank")
    if KINDS[given.kind].restricted and not bank.clearance:
        raise BadInput(
            "needs_clearance", f"{KINDS[given.kind].name} fills only a bank that needs a clearance.", where="bank",
            hint="Set the bank's clearance first, such as child_safety.",
        )  # fmt: skip
    settings, secret = _settings(given), _secret(given, needed=True)
    identity, now = new_id(), clock.now()
    row = w.create_unless_known(
        Exchange, id=identity, name=name, kind=given.kind, settings=settings, bank=bank, every_minutes=_minutes(given),
        secret=sealing.seal(secret, identity) if secret else None, secret_set_at=now if secret else None,
        feedback=given.feedback, next_at=now, made_by=w.actor, made_at=now,
    )  # fmt: skip
    if row is None:
        raise Conflict("exchange_known", f"There is an exchange with the name {name} already.", where="name")
    w.event(ExchangeSaved(exchange=name, kind=row.kind, bank=bank.key, secret=bool(secret)), row)
    return row


def change_exchange(w: Writer, exchange: Exchange, given: ExchangeIn) -> Exchange:
    """Other settings; name, kind and bank stay. Other settings of the source mean that everything is read again."""
    row = _locked(exchange)
    settings = _settings(given)
    secret = _secret(given, needed=False)
    values: dict[str, Any] = {"every_minutes": _minutes(given), "feedback": given.feedback}
    if settings != row.settings:
        values |= {"settings": settings, "checkpoint": {}}
    if secret is not None:
        values |= {"secret": sealing.seal(secret, row.pk) if secret else None, "secret_set_at": clock.now()}
    w.update(row, **values)
    if w.has_changes:
        w.event(ExchangeSaved(exchange=row.name, kind=row.kind, bank=row.bank.key, secret=secret is not None), row)
        _due(row)
    return row


def pause(w: Writer, exchange: Exchange, why: str, *, back: bool = False) -> Exchange:
    """It is not read any more, a reading that goes on stops at its next page; ``back``: it is read again, at once."""
    row = _locked(exchange)
    if not back and not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    if (row.paused_at is None) == back:
        return row
    w.update(row, paused_at=None if back else clock.now(), paused_why="" if back else why.strip()[:200])
    w.event(ExchangePaused(exchange=row.name, back=back), row, reason=why[:200])
    if back:
        _due(row)
    return row


def ask_run(exchange: Exchange) -> None:
    """Read it as soon as a worker is free. Raises ``Conflict`` for one that is paused."""
    if exchange.paused_at is not None:
        raise Conflict("paused", "The exchange is paused.", hint="Let it go on first.")
    _due(exchange)


def archive(w: Writer, exchange: Exchange, why: str, *, entries: bool) -> int:
    """Give it up; its credentials are forgotten. ``entries``: those that only it stands behind leave the bank. How many did."""
    row = _locked(exchange)
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    gone = 0
    if entries:
        signals = Signal.objects.filter(record__exchange=row)
        ids = set(signals.values_list("entry_id", flat=True))
        signals.delete()
        gone = applying.take_out(w, row, ids, "the exchange was given up")
    w.update(row, archived_at=clock.now(), secret=None, secret_set_at=None)
    w.event(ExchangeArchived(exchange=row.name, taken_out=gone), row, reason=why[:200])
    return gone


def _settings(given: ExchangeIn) -> dict[str, Any]:
    """The settings of the kind, in their types. Raises ``BadInput`` at the field."""
    known = {field.name: field for field in KINDS[given.kind].settings}
    for name in given.settings:
        if name not in known:
            raise BadInput(
                "unknown_setting", f"{name[:40]!r} is no setting of this kind.", where=name, hint=", ".join(known)
            )
    found = {
        name: value for name, field in known.items() if (value := _typed(field, given.settings.get(name))) is not None
    }
    if "address" in found:
        try:
            targets.check_url(found["address"])
        except BadInput as error:
            raise BadInput(error.code, error.message, where="address", hint=error.hint) from None
    return found


def _typed(field: Field, value: Any) -> Any:
    text = (
        ""
        if value is None
        else str(value).strip()
        if not isinstance(value, (list, tuple))
        else ",".join(map(str, value))
    )
    if not text:
        if field.required:
            raise BadInput("missing", f"{field.label} is needed.", where=field.name)
        return None
    if len(text) > 500:
        raise BadInput("too_long", f"{field.label} is longer than 500 characters.", where=field.name)
    if field.type == "enum" and text not in field.choices:
        raise BadInput(
            "unknown_choice", f"{text[:40]!r} is none of the choices.", where=field.name, hint=", ".join(field.choices)
        )
    try:
        if field.type == "number":
            return int(text)
        if field.type == "set_of_number":
            return sorted({int(part) for part in text.split(",") if part.strip()})
    except ValueError:
        raise BadInput("no_number", f"{field.label} is made of digits.", where=field.name) from None
    return text


def _secret(given: ExchangeIn, *, needed: bool) -> dict[str, str] | None:
    fields = KINDS[given.kind].secrets
    if given.secret is None and not needed:
        return None
    found = {field.name: (given.secret or {}).get(field.name, "").strip() for field in fields}
    if not needed and not any(found.values()):
        return None
    for field in fields:
        if field.required and not found[field.name]:
            raise BadInput("missing", f"{field.label} is needed.", where=field.name)
    return {name: value for name, value in found.items() if value}


def _minutes(given: ExchangeIn) -> int:
    if not LEAST_MINUTES <= given.every_minutes <= MOST_MINUTES:
        raise BadInput(
            "out_of_bounds", f"It can be read every {LEAST_MINUTES} to {MOST_MINUTES:,} minutes.", where="every_minutes"
        )
    return given.every_minutes


def _due(exchange: Exchange) -> None:
    Exchange.objects.filter(pk=exchange.pk).update(next_at=clock.now() - timedelta(seconds=1))


def _locked(exchange: Exchange) -> Exchange:
    row = Exchange.objects.select_for_update(of=("self",)).select_related("bank").get(pk=exchange.pk)
    if row.archived_at is not None:
        raise Conflict("archived", f"The exchange {row.name} was given up.")
    return row
