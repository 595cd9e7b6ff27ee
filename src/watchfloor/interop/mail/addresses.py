"""The verbs of the door's settings, and what is in force: remembered for a few seconds, for each mail asks."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.interop.mail.domain.parsing import is_address
from watchfloor.interop.mail.domain.patterns import compiled, item_in
from watchfloor.interop.mail.events import MailAddressSaved, MailPatternSaved, TrustedSenderSaved
from watchfloor.interop.mail.models import MailAddress, MailPattern, TrustedSender
from watchfloor.items import queries as items
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies

STANDING = ("trusted_flagger", "government", "law_enforcement", "platform")
ORDINARY = ("user", "anonymous")
_MARKET = re.compile(r"[A-Z]{2,3}(-[A-Z0-9]{1,8})?|")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*|")


class InForce(msgspec.Struct, frozen=True):
    """What each mail is judged by."""

    addresses: dict[str, MailAddress]
    senders: dict[str, TrustedSender]
    patterns: list[tuple[Any, str]]

    def address_for(self, recipient: str) -> tuple[MailAddress | None, str]:
        """The address that takes this mail, and the tag behind its plus."""
        local, _, domain = recipient.strip().strip("<>").lower().rpartition("@")
        found = self.addresses.get(f"{local}@{domain}")
        if found is not None:
            return found, ""
        base, _, tag = local.partition("+")
        return self.addresses.get(f"{base}@{domain}"), tag

    def trusted(self, sender: str) -> TrustedSender | None:
        """The body behind a proved address."""
        return self.senders.get(sender) or self.senders.get("@" + sender.rpartition("@")[2])

    def items_in(self, links: tuple[str, ...], most: int = 10) -> list[tuple[str, str, str]]:
        """(type, id, link) of the items that links of a mail lead to."""
        found: dict[tuple[str, str], str] = {}
        for link in links:
            for pattern, kind in self.patterns:
                name = item_in(link, pattern)
                if name and len(found) < most:
                    found.setdefault((kind, name), link)
                    break
        return [(kind, name, link) for (kind, name), link in found.items()]


def _read() -> InForce:
    return InForce(
        {row.address: row for row in MailAddress.objects.filter(ended_at__isnull=True)},
        {row.who: row for row in TrustedSender.objects.filter(ended_at__isnull=True)},
        [
            (compiled(row.pattern), row.type_key)
            for row in MailPattern.objects.filter(ended_at__isnull=True).order_by("-pk")
        ],
    )


in_force = Remembered(_read)


def save_address(
    w: Writer,
    *,
    address: str,
    reason: str,
    reporter_kind: str = "user",
    market: str = "",
    language: str = "",
    answers: bool = True,
) -> MailAddress:
    """Take mail at an address, or change how it is taken."""
    address = address.strip().lower()
    if not is_address(address) or "+" in address or len(address) > 200:
        raise BadInput(
            "bad_address", "This is no address that mail could come to; leave out what follows a plus.", where="address"
        )
    if reporter_kind not in STANDING + ORDINARY:
        raise BadInput("unknown_value", "This is no kind of reporter.", where="reporter_kind")
    key = policies.reason(reason).key
    if not _MARKET.fullmatch(market) or not _LANGUAGE.fullmatch(language):
        where = "market" if not _MARKET.fullmatch(market) else "language"
        raise BadInput("bad_format", 'A market is written like "DE", a language like "de".', where=where)
    values = {
        "reporter_kind": reporter_kind,
        "reason_key": key,
        "market": market,
        "language": language,
        "answers": answers,
    }
    row = MailAddress.objects.select_for_update().filter(address=address).first()
    step = "made" if row is None else "changed" if row.ended_at is None else "restored"
    if row is None:
        row = w.create(MailAddress, address=address, made_by=w.actor, made_at=clock.now(), **values)
    else:
        w.update(row, ended_at=None, **values)
    w.event(MailAddressSaved(step=step, market=market), row)
    in_force.forget()
    return row


def save_sender(w: Writer, *, who: str, name: str, reporter_kind: str) -> TrustedSender:
    """Give a body's mail standing."""
    who, name = who.strip().lower(), name.strip()
    if not (is_address(who) or (who.startswith("@") and is_address(f"a{who}"))):
        raise BadInput("bad_address", "Write an address, or a whole domain like @example.org.", where="who")
    if not name or len(name) > 120:
        raise BadInput("missing_name", "Say who they are, in at most 120 characters.", where="name")
    if reporter_kind not in STANDING:
        raise BadInput(
            "unknown_value",
            "This kind has no standing.",
            where="sender_kind",
            hint="One of: " + ", ".join(STANDING) + ".",
        )
    if TrustedSender.objects.filter(who=who, ended_at__isnull=True).exists():
        raise Conflict("there_already", "Their mail is believed already.", where="who")
    row = w.create(TrustedSender, who=who, name=name, reporter_kind=reporter_kind, made_by=w.actor, made_at=clock.now())
    w.event(TrustedSenderSaved(step="made", reporter_kind=reporter_kind), row)
    in_force.forget()
    return row


def save_pattern(w: Writer, *, pattern: str, type_key: str) -> MailPattern:
    """Say where the platform shows items of a type."""
    compiled(pattern)
    if type_key not in items.types():
        raise BadInput("unknown_item_type", "There is no such item type.", where="type")
    pattern = pattern.strip()
    if MailPattern.objects.filter(pattern=pattern, ended_at__isnull=True).exists():
        raise Conflict("there_already", "This pattern is there already.", where="pattern")
    row = w.create(MailPattern, pattern=pattern, type_key=type_key, made_by=w.actor, made_at=clock.now())
    w.event(MailPatternSaved(step="made", item_type=type_key), row)
    in_force.forget()
    return row


def switch(w: Writer, what: str, row_id: UUID, *, live: bool) -> MailAddress | TrustedSender | MailPattern:
    """End an address, a sender or a pattern, or bring it back."""
    model = {"address": MailAddress, "sender": TrustedSender, "pattern": MailPattern}.get(what)
    if model is None:
        raise NotFound("no_such", "There is nothing like this.")
    row = model.objects.select_for_update().filter(pk=row_id).first()  # type: ignore[attr-defined]
    if row is None:
        raise NotFound("no_such", "There is nothing like this.")
    assert isinstance(row, (MailAddress, TrustedSender, MailPattern))
    if (row.ended_at is None) == live:
        return row
    if (
        live
        and isinstance(row, TrustedSender)
        and TrustedSender.objects.filter(who=row.who, ended_at__isnull=True).exists()
    ):
        raise Conflict("there_already", "Their mail is believed already.")
    w.update(row, ended_at=None if live else clock.now())
    step = "restored" if live else "ended"
    if isinstance(row, MailAddress):
        w.event(MailAddressSaved(step=step, market=row.market), row)
    elif isinstance(row, TrustedSender):
        w.event(TrustedSenderSaved(step=step, reporter_kind=row.reporter_kind), row)
    else:
        w.event(MailPatternSaved(step=step, item_type=row.type_key), row)
    in_force.forget()
    return row
