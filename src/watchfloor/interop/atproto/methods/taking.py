"""Reports in: ``createReport``, and reports by the moderator's method. Answered once they are durable, by intake's own way in."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from asgiref.sync import async_to_sync

from watchfloor.identity import access
from watchfloor.identity.queries import markets_of
from watchfloor.intake import catalogue
from watchfloor.intake.asgi import app as intake
from watchfloor.intake.rows import LANE_ORDINARY, REPORT, check
from watchfloor.intake.store import Receipt
from watchfloor.interop.atproto import numbers, subjects
from watchfloor.interop.atproto.asking import POST, Ask, Wrong, bad, inner, iso, method, string
from watchfloor.interop.atproto.domain import names
from watchfloor.interop.atproto.domain.names import Name
from watchfloor.items import queries as items
from watchfloor.kernel import clock
from watchfloor.kernel.remembered import Remembered
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review.contracts import AppealIn
from watchfloor.review.models import Decision

SOURCE = "atproto"  # of people of other services; a token's reports are filed under its own
APPEALS = frozenset({"com.atproto.moderation.defs#reasonAppeal", "tools.ozone.report.defs#reasonAppeal"})
MOST_NOTE = 10_000
_known = Remembered(catalogue.load)


@method("com.atproto.moderation.createReport", POST, ("report.submit",), others=True)
def create_report(ask: Ask) -> dict[str, Any]:
    """A report, durable when this answers. The same report of the same reporter on the same day is one."""
    reason = string(ask.body, "reasonType", 200, required=True)
    note = string(ask.body, "reason", MOST_NOTE)
    subject = inner(ask.body, "subject")
    tool = ask.body.get("modTool")
    given = ask.headers.get("Idempotency-Key", "")[:200]
    name = subjects.name_in(ask.here, subject)
    if reason in APPEALS:
        return _appeal(ask, name, subject, reason, note)
    reporter = (
        {"kind": "platform", "id": ask.who.token.source} if ask.who.token else {"kind": "user", "id": ask.who.did}
    )
    return take(ask, name, subject, reason, note, reporter, tool=tool, given=given)


def take(
    ask: Ask, name: Name, subject: dict[str, Any], reason: str, note: str, reporter: dict[str, str], *, tool: Any = None,
    given: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Put a report into the spool; the answer as the protocol has it."""
    source = ask.who.token.source if ask.who.token else SOURCE
    known = _known()
    if (reason not in known.aliases and reason not in known.reasons) or name.type not in known.types:
        _known.forget()  # perhaps it was made since we looked
        known = _known()
    if reason not in known.aliases and reason not in known.reasons:
        raise bad(
            f"There is no reason {reason[:80]!r}. Use com.atproto.moderation.defs#… or tools.ozone.report.defs#…."
        )
    item = items.find(name.type, name.id)
    data = items.snapshot(item.current_version) if item is not None and item.current_version else None
    row: dict[str, Any] = {
        "item": {"type": name.type, "id": name.id, "data": data or {}},
        "reason": reason,
        "reporter": reporter,
        "channel": "user" if reporter["kind"] == "user" else "api",
        "note": note,
    }
    if name.author and known.types.get(name.type) is not None and subjects.kinds().get(name.type) != "account":
        row["item"]["author"] = {"id": name.author}
    now = clock.now()
    same = [source, reporter["id"], name.type, name.id, reason, note, subject.get("cid"), tool, now.date().isoformat()]
    key = f"atp:{given}" if given else "atp:" + hashlib.sha256(msgspec.json.encode(same)).hexdigest()
    body = msgspec.json.encode(row)
    markets = markets_of(ask.who.token) if ask.who.token else None
    checked = check(REPORT, row, body, source=source, known=known, key=key, markets=markets)
    if checked.lane == LANE_ORDINARY:
        intake.rates.take(str(ask.who.token.pk) if ask.who.token else SOURCE, 1)
    receipt: Receipt = async_to_sync(intake.committer.submit)([checked])[0]
    if receipt.conflict and given:
        raise Wrong(400, "DuplicateExternalId", "This Idempotency-Key was used for another report.")
    # Without a key of the client's own a conflict means: the item has changed since, and the report is the one we have.
    return {
        "id": numbers.number(numbers.REPORT, receipt.id),
        "reasonType": reason,
        **({"reason": note} if note else {}),
        "subject": subject,
        "reportedBy": ask.who.did if ask.who.token is None or reporter["kind"] == "platform" else reporter["id"],
        "createdAt": iso(now),
    }


def reporter_of(ask: Ask, created_by: str) -> dict[str, str]:
    """Who a platform says reports: one of its people, by its own name for them."""
    name = names.read(ask.here, created_by, subjects.kinds()) if created_by else None
    if created_by in ("", ask.who.did) or name is None:
        return {"kind": "platform", "id": ask.who.token.source if ask.who.token else ask.who.did}
    return {"kind": "user", "id": name.id}


def _appeal(ask: Ask, name: Name, subject: dict[str, Any], reason: str, note: str) -> dict[str, Any]:
    """An objection to the decision that stands on a thing, by its author."""
    if not ask.who.may("appeal.submit"):
        raise Wrong(403, "Forbidden", "An appeal needs a token that may send appeals (appeal.submit).")
    item = items.find(name.type, name.id)
    known = access.rows(ask.actor, "appeal.submit", market="case__market")
    stands = Decision.objects.filter(known, case__item=item, verdict="violating", superseded_at__isnull=True)
    decision = stands.order_by("-at", "-pk").first() if item is not None else None
    account = items.account_of(item) if item is not None else None
    if decision is None or account is None:
        raise bad("There is no decision on this subject that could be appealed.")
    found = review.file_appeal(
        ask.actor,
        AppealIn(decision_id=decision.pk, by="author", appellant=account.external_id, grounds=note),
    )
    if found.state == "ineligible":
        raise bad(found.why or "This decision cannot be appealed.")
    return {
        "id": numbers.number(numbers.REPORT, found.pk), "reasonType": reason, **({"reason": note} if note else {}),
        "subject": subject, "reportedBy": names.did_of(ask.here, account.type_key, account.external_id),
        "createdAt": iso(found.filed_at),
    }  # fmt: skip


def token_of(reason_key: str) -> str:
    """The protocol's word for a reason of ours."""
    known = policies.reason(reason_key).atproto
    newer = [each for each in known if each.startswith("com.atproto.")] or list(known)
    return newer[0] if newer else "com.atproto.moderation.defs#reasonOther"
