"""What happens around the work, as the ledger says it. Names, addresses and texts stay out of it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class StakeholderSaved(LedgerEvent, frozen=True, kw_only=True, tag="stakeholder.saved"):
    """Somebody was put on the map, changed there, or taken off it."""

    inside: bool
    interest: int
    influence: int
    ended: bool = False


class AnsweringSet(LedgerEvent, frozen=True, kw_only=True, tag="stakeholder.answering"):
    """Who answers for what in an initiative: R, A, C, I, or "" no longer."""

    letter: str


class SignOffAsked(LedgerEvent, frozen=True, kw_only=True, tag="signoff.asked"):
    """A person was asked to agree to something as it is. ``belongs``: the kind of thing."""

    belongs: str
    market: str = ""
    vendor: str = ""


class SignOffAnswered(LedgerEvent, frozen=True, kw_only=True, tag="signoff.answered"):
    """They agreed, or refused."""

    belongs: str
    state: str  # given | refused
    after_ms: int
    market: str = ""
    vendor: str = ""


class AudienceSaved(LedgerEvent, frozen=True, kw_only=True, tag="audience.saved"):
    """An audience of updates was made or changed."""

    members: int


class UpdateWritten(LedgerEvent, frozen=True, kw_only=True, tag="audience.update"):
    """An update was drafted or changed; sent: it went to ``told`` people."""

    sent: bool
    told: int = 0


class PersonAsked(LedgerEvent, frozen=True, kw_only=True, tag="stakeholder.asked"):
    """A person was asked something, with a due time."""

    market: str = ""
    vendor: str = ""


class PersonAnswered(LedgerEvent, frozen=True, kw_only=True, tag="stakeholder.answered"):
    """They answered; ``article``: it became a draft of knowledge."""

    in_time: bool
    after_ms: int
    article: bool
    market: str = ""
    vendor: str = ""


class ObjectiveSaved(LedgerEvent, frozen=True, kw_only=True, tag="objective.saved"):
    """An objective was set, changed or ended."""

    metric: str
    ended: bool = False
    market: str = ""
    vendor: str = ""


class LetterWritten(LedgerEvent, frozen=True, kw_only=True, tag="programme.letter"):
    """A mail is owed to somebody. ``cause``: soon | late | mention | watch | digest | sign-off | question | answer | update."""

    cause: str
