"""What happens between the house and Jira, as the ledger says it. Texts, names and credentials stay out of it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class JiraSiteSaved(LedgerEvent, frozen=True, tag="jira.site"):
    """The site, its account, or what is carried were written down."""

    enabled: bool


class IssueAsked(LedgerEvent, frozen=True, tag="jira.asked"):
    """An action is to become an issue; ``existing``: one that is there already."""

    existing: bool


class IssueLinked(LedgerEvent, frozen=True, tag="jira.linked"):
    """The issue is there and known."""


class IssueEdited(LedgerEvent, frozen=True, tag="jira.edited"):
    """A person here wrote what Jira is told: ``fields`` names it."""

    fields: list[str]


class IssueSynced(LedgerEvent, frozen=True, tag="jira.synced"):
    """Values were carried: ``pushed`` names the fields that went there, ``taken`` those that came."""

    pushed: list[str]
    taken: list[str]


class IssueFailed(LedgerEvent, frozen=True, tag="jira.failed"):
    """Jira refuses (``state`` refused), or the issue is not there any more (gone)."""

    state: str


class IssueEnded(LedgerEvent, frozen=True, tag="jira.ended"):
    """A person let the issue go; it stays in Jira as it is."""


class JiraConflict(LedgerEvent, frozen=True, tag="jira.conflict"):
    """A field was changed on both sides, or a value gave way: ``field`` and how (``kind``)."""

    field: str
    kind: str


class JiraConflictSettled(LedgerEvent, frozen=True, tag="jira.settled"):
    """A person picked a side (``state`` ours | theirs), or the sides became equal (agreed)."""

    field: str
    state: str


class JiraConflictUndone(LedgerEvent, frozen=True, tag="jira.undone"):
    """A person takes back what was picked (``state`` asked); both sides were put back (open), or no longer can be (kept)."""

    field: str
    state: str


class JiraCommented(LedgerEvent, frozen=True, tag="jira.comment"):
    """A comment crossed, or will: ``theirs`` says which way."""

    theirs: bool
