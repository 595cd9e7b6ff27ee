"""What can happen to units and cohorts. What a unit says stays out of the ledger: it holds the answers of exams."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class UnitSaved(LedgerEvent, frozen=True, tag="training.unit_saved"):
    """A version of a unit's source was begun, or its draft was changed."""

    policy: str
    language: str
    number: int
    revision: int


class UnitApproved(LedgerEvent, frozen=True, tag="training.unit_approved"):
    """A second person agreed to a version (``back``: it went back to its writer)."""

    policy: str
    language: str
    number: int
    written_by: str
    back: bool = False


class UnitPublished(LedgerEvent, frozen=True, tag="training.unit_published"):
    """A version is the one that is taught from now on; ``version`` is the policy's it was written for."""

    policy: str
    language: str
    number: int
    version: int


class ProductMade(LedgerEvent, frozen=True, tag="training.product_made"):
    """A product was made from a published version; ``digest`` is the file's, "" for what lives in tables."""

    policy: str
    language: str
    number: int
    product: str
    digest: str


class CohortSaved(LedgerEvent, frozen=True, tag="training.cohort_saved"):
    """A cohort was planned or changed."""

    policy: str
    version: int
    vendor: str
    language: str
    due_on: str


class CohortClosed(LedgerEvent, frozen=True, tag="training.cohort_closed"):
    """A cohort is over (``closed`` false: opened again). ``certified`` of ``people`` hold what they came for."""

    policy: str
    vendor: str
    closed: bool
    certified: int
    people: int


class CohortJoined(LedgerEvent, frozen=True, tag="training.cohort_joined"):
    """People came into a cohort, or left it."""

    policy: str
    vendor: str
    came: int
    went: int


class CohortEscalated(LedgerEvent, frozen=True, tag="training.cohort_escalated"):
    """Somebody is not certified yet and the day comes or has come. ``step``: remind (they are told) or lead (their lead is)."""

    policy: str
    vendor: str
    step: str
    due_on: str


class SessionSaved(LedgerEvent, frozen=True, tag="training.session_saved"):
    """A session was planned, changed or called off."""

    policy: str
    vendor: str
    starts: str
    minutes: int
    cancelled: bool


class AttendanceSaid(LedgerEvent, frozen=True, tag="training.attendance"):
    """Who was at a session was written down."""

    policy: str
    vendor: str
    there: int
    late: int
    absent: int


class TrainerSaid(LedgerEvent, frozen=True, tag="training.trainer"):
    """Somebody may teach a policy, or no longer may."""

    policy: str
    may: bool
