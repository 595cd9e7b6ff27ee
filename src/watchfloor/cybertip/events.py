"""What can happen to a report to NCMEC. No content, no names, no words of the reply: states, counts, NCMEC's numbers and codes."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class TipWork(LedgerEvent, frozen=True, tag="tip.work"):
    """What all share (never used itself). ``clearance``: who may know of it at all."""

    market: str
    severity: int
    clearance: str


class TipBegun(TipWork, frozen=True, tag="tip.begun"):
    """A draft was made from a case, or a further case of the account joined it."""

    cases: int
    files: int


class TipChanged(TipWork, frozen=True, tag="tip.changed"):
    """A person changed the draft; ``digest``: SHA-256 over what would leave."""

    digest: str


class TipPrepared(TipWork, frozen=True, tag="tip.prepared"):
    """A person says that it is complete; another must release it."""

    digest: str


class TipReturned(TipWork, frozen=True, tag="tip.returned"):
    """Back to a draft: by the second person, by who changes it, or after a refusal there."""

    from_state: str


class TipReleased(TipWork, frozen=True, tag="tip.released"):
    """The second person released it: from here on it sends itself. ``viewed``: files that the viewing log has as viewed."""

    digest: str
    environment: str
    files: int
    viewed: int
    exif_viewed: int


class TipStepped(TipWork, frozen=True, tag="tip.stepped"):
    """One step of the sending was begun or came to its end; ``step`` is where it stands now."""

    step: str
    report_id: int | None = None


class TipFileSent(TipWork, frozen=True, tag="tip.file_sent"):
    """A file was uploaded and its MD5 there is ours, or it was described. ``what``: uploaded | described."""

    what: str
    bytes: int


class TipFailed(TipWork, frozen=True, tag="tip.failed"):
    """A try came to nothing. ``code``: of the reply, or a word; ``then``: again | stopped | quarantined."""

    step: str
    code: str
    tries: int
    then: str


class TipFinished(TipWork, frozen=True, tag="tip.finished"):
    """NCMEC has it; what it is about is preserved from here on. ``age_ms``: since the draft began."""

    report_id: int
    environment: str
    files: int
    age_ms: int


class TipResumed(TipWork, frozen=True, tag="tip.resumed"):
    """A person has it tried again."""

    from_state: str


class TipWithdrawn(TipWork, frozen=True, tag="tip.withdrawn"):
    """A person asked to take it back before it was finished, or it was taken back. ``state``: as it is now."""

    state: str


class TipDropped(TipWork, frozen=True, tag="tip.dropped"):
    """A draft was thrown away; its cases can be reported again."""


class TipLate(TipWork, frozen=True, tag="tip.late"):
    """The house's own target was missed; on-call was paged."""


class CybertipSettingsSaved(LedgerEvent, frozen=True, tag="cybertip.settings_saved"):
    """Who reports, for which company, where to, by when."""

    environment: str
    target_minutes: int
    violations: list[str]
