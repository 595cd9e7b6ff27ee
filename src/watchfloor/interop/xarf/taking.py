"""The way of XARF documents into the spool: read, evidence kept, one report each, durable when this returns.

Used by the address of the API and by the door for mail. A document that is wrong costs only itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from django.db import connection

from watchfloor.intake import catalogue
from watchfloor.intake.rows import REPORT, Checked, Known, check
from watchfloor.intake.store import Receipt, own_connection, store
from watchfloor.interop.xarf import evidence
from watchfloor.interop.xarf.domain.reading import Document, read
from watchfloor.interop.xarf.domain.shaping import Kept, report
from watchfloor.interop.xarf.domain.vocabulary import reason_of
from watchfloor.kernel.errors import BadInput, Conflict, WatchfloorError
from watchfloor.policy import queries as policies

MOST: Final = 100  # documents of one call
REPORTER: Final = (
    "platform"  # networks and services; a register of bodies with standing may know better (``review.standing``)
)


class Taken(msgspec.Struct, frozen=True):
    """What became of one document."""

    index: int
    document: Document | None
    row: Checked | None = None
    kept: tuple[Kept, ...] = ()
    shaped: dict[str, Any] = {}
    receipt: Receipt | None = None
    problem: WatchfloorError | None = None


def documents(value: Any) -> list[tuple[str, Any]]:
    """The documents of a body: one, or an array of them, each with the beginning of its place in errors."""
    if not isinstance(value, list):
        return [("", value)]
    if not value:
        raise BadInput("empty_batch", "The list has no reports.")
    if len(value) > MOST:
        raise BadInput(
            "too_many_rows", f"At most {MOST} reports at once; nothing of it was taken.", hint="Send it in parts."
        )
    return [(f"reports[{index}]", each) for index, each in enumerate(value)]


def by_its_word(document: Document) -> dict[str, str]:
    """The reporter a document names; for senders whose token is known."""
    return {"kind": REPORTER, "id": document.reporter.domain}


def take(
    given: Sequence[tuple[str, Any]], *, source: str, channel: str = "api",
    reporter: Callable[[Document], dict[str, str]] = by_its_word, connect: bool = True,
    markets: frozenset[str] | None = None,
) -> list[Taken]:  # fmt: skip
    """Read, keep and store them; in the order they came.

    Args:
        reporter: who reports, as our reports say it.
        markets: those a token is limited to (see ``intake.rows.check``).
        connect: durable when this returns; False: with the transaction it runs in.
    """
    known = catalogue.load()
    found = [
        _prepared(index, value, where, source, channel, known, reporter, markets)
        for index, (where, value) in enumerate(given)
    ]
    good = [each for each in found if each.row is not None]
    if not good:
        return found
    rows = [each.row for each in good if each.row is not None]
    if connect:
        with own_connection() as own:
            receipts = store(own, rows)
    else:
        connection.ensure_connection()
        receipts = store(connection.connection, rows)
    stored = {each.index: receipt for each, receipt in zip(good, receipts, strict=True)}
    return [_answered(each, stored.get(each.index)) for each in found]


def as_json(taken: Taken) -> dict[str, Any]:
    """The answer for one document."""
    if taken.problem is not None:
        return {"index": taken.index, "status": "rejected", "error": taken.problem.as_dict()}
    assert taken.receipt is not None and taken.document is not None
    item = taken.shaped["item"]
    answer = {
        "index": taken.index, "status": "accepted", "id": taken.receipt.text, "report_id": taken.document.report_id or None,
        "item": {"type": item["type"], "id": item["id"]}, "reason": taken.shaped["reason"],
        "evidence": [{"kept": each.kept, "sha256": each.sha256, "hash_matches": each.hash_matches} for each in taken.kept],
    }  # fmt: skip
    return answer | ({"duplicate": True} if taken.receipt.duplicate else {})


def _prepared(
    index: int,
    value: Any,
    where: str,
    source: str,
    channel: str,
    known: Known,
    reporter: Callable[[Document], dict[str, str]],
    markets: frozenset[str] | None,
) -> Taken:
    try:
        document = read(value, where)
        clearance = _clearance(document, known)
        kept = evidence.keep(document, source=source, clearance=clearance)
        shaped = report(document, kept, channel=channel, reporter=reporter(document))
        body = msgspec.json.encode(shaped)
        row = check(REPORT, shaped, body, source=source, known=known, where=where, markets=markets)
        return Taken(index, document, row, kept, shaped)
    except WatchfloorError as problem:
        return Taken(index, None, problem=problem)


def _clearance(document: Document, known: Known) -> str:
    """What the report's policy asks for; the reason must be one there is."""
    reason, _violation = reason_of(document.category, document.type, document.fields)
    if reason not in known.reasons:
        raise BadInput("unknown_reason", f"There is no reason {reason!r} here, which this type needs.", where="type",
                       hint="Add the reason, or run watchfloor upgrade.")  # fmt: skip
    return policies.policy(policies.reason(reason).policy_key).clearance


def _answered(taken: Taken, receipt: Receipt | None) -> Taken:
    if receipt is None:
        return taken
    if receipt.conflict:
        words = "This report_id was sent before with other words."
        return msgspec.structs.replace(taken, problem=Conflict("key_reused", words, where="report_id"))
    return msgspec.structs.replace(taken, receipt=receipt)
