"""What happens between the house and its vendors, as the ledger says it. What people write, and money, stay out of it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class PartySaved(LedgerEvent, frozen=True, tag="vendor.party"):
    """How a vendor is reached was written down."""

    vendor: str
    addresses: int


class ContractSaved(LedgerEvent, frozen=True, tag="vendor.contract"):
    """A version of a contract was written; it holds from ``starts_on``."""

    vendor: str
    number: int
    starts_on: str
    targets: list[str]


class CheckInPlanned(LedgerEvent, frozen=True, tag="vendor.check_in"):
    """A check-in was planned or moved."""

    vendor: str
    number: int
    day: str


class MinutesWritten(LedgerEvent, frozen=True, tag="vendor.minutes"):
    """The minutes of a check-in were written, and not sent yet."""

    vendor: str
    number: int


class CheckInSent(LedgerEvent, frozen=True, tag="vendor.check_in_sent"):
    """A check-in was closed and its minutes go to the vendor. ``missed``, ``unclear``: targets by the contract's rule."""

    vendor: str
    number: int
    missed: list[str]
    unclear: list[str]
    carried: int


class TaskSet(LedgerEvent, frozen=True, tag="vendor.task"):
    """An action was agreed, at a check-in or from a finding of a visit."""

    vendor: str
    side: str
    due_on: str
    finding: bool


class TaskDone(LedgerEvent, frozen=True, tag="vendor.task_done"):
    """An action is done (``done`` false: it was not, after all)."""

    vendor: str
    done: bool
    late: bool


class VendorAsked(LedgerEvent, frozen=True, tag="vendor.asked"):
    """A vendor asked the house something."""

    vendor: str
    policy: str = ""


class VendorAnswered(LedgerEvent, frozen=True, tag="vendor.answered"):
    """The house answered. ``in_time``: within the contract's clock."""

    vendor: str
    in_time: bool
    after_ms: int
    article: bool


class Announced(LedgerEvent, frozen=True, tag="vendor.announced"):
    """The house told vendors something (``vendors`` empty: all); with a policy, people acknowledge it."""

    vendors: list[str]
    policy: str = ""
    policy_number: int = 0


class AnnouncementRead(LedgerEvent, frozen=True, tag="vendor.announcement_read"):
    """Somebody opened an announcement, or acknowledged it."""

    vendor: str
    acknowledged: bool


class InvoiceTaken(LedgerEvent, frozen=True, tag="vendor.invoice"):
    """An invoice came in."""

    vendor: str
    lines: int


class InvoiceSettled(LedgerEvent, frozen=True, tag="vendor.invoice_settled"):
    """An invoice was disputed or accepted."""

    vendor: str
    state: str
    differences: int


class VisitSaved(LedgerEvent, frozen=True, tag="vendor.visit"):
    """A visit was planned, its checks were filled in, or it is over."""

    vendor: str
    day: str
    done: bool
