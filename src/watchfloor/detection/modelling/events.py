"""What happens around models, as the ledger says it."""

from watchfloor.ledger.schema import LedgerEvent


class SamplingPlanned(LedgerEvent, frozen=True, tag="model.sampling_planned"):
    """How many unreported items a day are drawn for review to measure a policy's model, and the precision it must reach.

    ``language`` is empty for all languages without a plan of their own; ``per_day`` 0 draws nothing.
    """

    policy: str
    language: str
    per_day: int
    uniform: float
    target: float


class ItemDrawn(LedgerEvent, frozen=True, tag="model.item_drawn"):
    """An item that nobody reported was drawn for review. ``chance``: how probable that was; ``stratum``: uniform, near or opened."""

    policy: str
    language: str
    stratum: str
    chance: float
    version: int | None = None


class ModelPaused(LedgerEvent, frozen=True, tag="model.paused"):
    """A policy's model opens no case until a person lets it again. ``kind``: scores or labels, what had drifted."""

    policy: str
    kind: str
    p: float | None = None


class ModelResumed(LedgerEvent, frozen=True, tag="model.resumed"):
    """A person let a paused model act again; what it is compared with begins anew."""

    policy: str


class PolicyModelSaved(LedgerEvent, frozen=True, tag="policy_model.saved"):
    """A model of others was set up or changed. A new ``version`` is measured anew."""

    key: str
    policy: str
    version: int
    mode: str
    per_day: int
