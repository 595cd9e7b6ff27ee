"""What can happen in transparency. No event carries free text; what was sent is named by its fingerprint."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class OfSubmission(LedgerEvent, frozen=True, kw_only=True, tag="submission.base"):
    """The dimensions of everything that happens to a statement on its way to the Transparency Database."""

    puid: str
    number: int
    policy: str
    market: str
    category: str
    ground: str
    source: str
    fingerprint: str


class SubmissionQueued(OfSubmission, frozen=True, kw_only=True, tag="submission.queued"):
    """A statement was taken up. ``state``: waiting | blocked | not_due; ``problems`` are codes of what keeps it back."""

    state: str
    problems: list[str]


class SubmissionSent(OfSubmission, frozen=True, kw_only=True, tag="submission.sent"):
    """The database has it. ``how``: created (it answered 201) | known (it said that it already had it)."""

    how: str
    remote_id: str


class SubmissionRefused(OfSubmission, frozen=True, kw_only=True, tag="submission.refused"):
    """The database refused it for its ``fields``; it waits for a person."""

    fields: list[str]


class SubmissionEdited(OfSubmission, frozen=True, kw_only=True, tag="submission.edited"):
    """Free texts of a statement that was kept back were written anew; ``state`` afterwards."""

    fields: list[str]
    state: str


class SubmissionWaived(OfSubmission, frozen=True, kw_only=True, tag="submission.waived"):
    """What looked like personal data is none, says a person; why is the event's reason."""

    fields: list[str]


class EntryWritten(LedgerEvent, frozen=True, kw_only=True, tag="transparency_entry.written"):
    """A text or number for reports was written."""

    key: str
    number: int


class ReportAsked(LedgerEvent, frozen=True, kw_only=True, tag="transparency_report.asked"):
    """A report over a period was asked for."""

    first: str
    last: str
    version: int


class ReportBegun(LedgerEvent, frozen=True, kw_only=True, tag="transparency_report.begun"):
    """A worker counts it now."""

    first: str
    last: str
    version: int


class ReportMade(LedgerEvent, frozen=True, kw_only=True, tag="transparency_report.made"):
    """It was counted; ``files`` by name with their SHA-256."""

    first: str
    last: str
    version: int
    files: dict[str, str]
    problems: int


class ReportFailed(LedgerEvent, frozen=True, kw_only=True, tag="transparency_report.failed"):
    """It could not be counted."""

    first: str
    last: str
    version: int


class ReportPublished(LedgerEvent, frozen=True, kw_only=True, tag="transparency_report.published"):
    """It was published and is kept until then, at least."""

    first: str
    last: str
    version: int
    keep_until: str
