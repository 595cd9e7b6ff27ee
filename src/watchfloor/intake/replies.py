"""What a sender hears: a receipt for a row, and for a batch one line to each row, in the order in which they were sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchfloor.intake.documents import Row
from watchfloor.intake.rows import PLURAL, Checked
from watchfloor.intake.store import Receipt
from watchfloor.kernel.errors import Conflict, Overloaded, WatchfloorError

Part = list[tuple[int, Checked]]  # rows that were stored together, each with its place in the batch


def key_reused(row: Checked, receipt: Receipt, where: str) -> Conflict:
    """The same key came with other content."""
    return Conflict(
        "key_reused", f"The key {(row.key or '')[:60]!r} was used for another {row.kind}: {receipt.text}.", where=where,
        hint="Use a new key (or id) for new content.",
    )  # fmt: skip


def of_row(receipt: Receipt) -> dict[str, Any]:
    """What the sender hears of one stored row."""
    body: dict[str, Any] = {"id": receipt.text, "status": "accepted"}
    if receipt.duplicate:
        body["duplicate"] = True
    return body


def of_batch(
    kind: str, rows: Sequence[Row], stored: Sequence[tuple[Part, list[Receipt] | BaseException]]
) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, body and headers. A part that was too much is refused row by row; when nothing was taken, as a whole.

    Raises:
        Overloaded: there was no room for any of it.
    """
    results: list[dict[str, Any]] = [{} for _ in rows]
    headers: dict[str, str] = {}
    failures = {index: row for index, row in enumerate(rows) if isinstance(row, WatchfloorError)}
    for part, receipts in stored:
        if isinstance(receipts, Overloaded):
            headers["retry-after"] = str(receipts.retry_after)
            failures |= dict.fromkeys((index for index, _ in part), receipts)
            continue
        if isinstance(receipts, BaseException):
            raise receipts
        for (index, row), receipt in zip(part, receipts, strict=True):
            if receipt.conflict:
                failures[index] = key_reused(row, receipt, f"{PLURAL[kind]}[{index}]")
            else:
                results[index] = {"index": index, **of_row(receipt)}
    for index, problem in failures.items():
        results[index] = {"index": index, "status": "rejected", "error": problem.as_dict()}
    accepted = len(rows) - len(failures)
    if not accepted and headers:
        raise next(problem for problem in failures.values() if isinstance(problem, Overloaded))
    body = {"accepted": accepted, "rejected": len(failures), "results": results}
    return (202 if accepted or not rows else 422), body, headers
